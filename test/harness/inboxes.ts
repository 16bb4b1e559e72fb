/** One stand-in for each secret that the teams' documents refer to, made from the documents themselves. */
import { startSlackStandIn } from './slack-stand-in.ts'
import type { StandIn } from './stand-in.ts'
import { startWebhookStandIn } from './webhook-stand-in.ts'

export interface Inboxes {
  /** Secrets by name: the stand-ins' URLs, and a signing secret for each webhook. */
  readonly secrets: Readonly<Record<string, string>>
  readonly all: readonly StandIn[]
  /** By the name of its secret, such as `PAYMENTS_SLACK_URL`. */
  get(name: string): StandIn
  /** The first Slack (webhook) stand-in of the documents. */
  first(ending: 'SLACK_URL' | 'WEBHOOK_URL'): StandIn
}

/**
 * Reads `env:…_SLACK_URL`, `env:…_WEBHOOK_URL` and `env:…_WEBHOOK_SECRET` out of the texts and starts a stand-in for
 * each URL; a webhook's stand-in checks signatures if some document names the secret beside its URL.
 */
export async function openInboxes(documents: readonly string[], now: () => number): Promise<Inboxes> {
  const names = new Set(
    documents.flatMap((text) => [...text.matchAll(/env:([A-Z0-9_]+)/g)].map((match) => match[1] ?? '')),
  )
  const secrets: Record<string, string> = {}
  const byName = new Map<string, StandIn>()
  for (const name of names) {
    if (name.endsWith('_SECRET')) secrets[name] = `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`
  }
  for (const name of names) {
    if (!name.endsWith('_URL')) continue
    const secret = secrets[name.replace(/URL$/, 'SECRET')] ?? null
    const standIn = name.endsWith('WEBHOOK_URL')
      ? await startWebhookStandIn(name, now, secret)
      : await startSlackStandIn(name, now)
    byName.set(name, standIn)
    secrets[name] = standIn.url
  }
  const all = [...byName.values()]
  const found = (standIn: StandIn | undefined, wanted: string) => {
    if (standIn === undefined)
      throw new Error(`no document refers to env:${wanted}; there are ${[...byName.keys()].join(', ')}`)
    return standIn
  }
  return {
    secrets,
    all,
    get: (name) => found(byName.get(name), name),
    first: (ending) =>
      found(
        all.find((standIn) => standIn.name.endsWith(ending)),
        `…_${ending}`,
      ),
  }
}
