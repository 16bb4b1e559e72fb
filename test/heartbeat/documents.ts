/** Heartbeats in force for tests: documents as their text, compiled. */
import { Routing, type TeamInForce } from '../../src/team/routing.ts'
import { documentText, soundDocument } from '../team/documents.ts'

/** One line of `heartbeats`, every minute, told to the receiver that each of these documents has. */
export function heartbeat(matchers: string, name?: string): string {
  return `{ ${name === undefined ? '' : `name: ${name}, `}matchers: ['${matchers}'], every: 1m, receiver: chat }`
}

/** By team: its `owns`, and its heartbeats. `default` is added. */
export function routingOf(
  teams: Readonly<Record<string, { readonly owns?: string; readonly heartbeats?: readonly string[] }>>,
): Routing {
  const inForce = Object.entries({ default: {}, ...teams }).map(([team, parts], n): [string, TeamInForce] => {
    const { owns, heartbeats = [] } = parts as { owns?: string; heartbeats?: readonly string[] }
    const text = documentText({
      team,
      ...(owns === undefined ? {} : { owns: `owns: ['${owns}']` }),
      more: `heartbeats: [${heartbeats.join(', ')}]`,
    })
    return [team, { document: soundDocument(text, `${team}.yml`).document, versionId: n + 1, receivers: new Map() }]
  })
  return new Routing(new Map(inForce))
}
