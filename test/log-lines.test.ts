/** What the log says of circuits, once when one opens and once when it closes, and of mail that has no way out. */
import { expect, it } from 'vitest'
import { createLogger } from '../src/log.ts'
import { circuitLog, logMailWithoutServer } from '../src/log-lines.ts'
import { OPENS_AFTER } from '../src/notification/circuit.ts'
import type { Destination } from '../src/notification/outbox.ts'
import { type DestinationInForce, Routing } from '../src/team/routing.ts'
import { documentText, soundDocument } from './team/documents.ts'

it('says once that a circuit opened and once that it closed, whatever happens in between', () => {
  const lines: string[] = []
  const log = createLogger({ level: 'info', secrets: [], destination: { write: (line) => lines.push(line) } })
  const told = circuitLog(log)
  const chat = { id: 7, team: 'payments', receiver: 'chat', channel: 'slack', reference: 'https://secret.test/' }
  const after = (failures: number, other = {}) =>
    told({ ...chat, ...other, failures, notBefore: 60_000 } as unknown as Destination)
  after(0)
  for (let failures = 1; failures <= 3 * OPENS_AFTER; failures++) after(failures)
  after(1, { id: 8 })
  after(0)
  after(0)
  after(OPENS_AFTER)
  const said = lines.map((line) => JSON.parse(line))
  expect(said.map(({ level, destination, msg }) => [level, destination, msg.split(':')[0]])).toEqual([
    ['warn', 7, 'circuit opened'],
    ['info', 7, 'circuit closed'],
    ['warn', 7, 'circuit opened'],
  ])
  expect(said[0]).toMatchObject({ team: 'payments', receiver: 'chat', channel: 'slack', failures: OPENS_AFTER })
  expect(said[0].until).toBe('1970-01-01T00:01:00.000Z')
  expect(lines.join('')).not.toContain('secret.test')
})

it('names the teams whose mail has no server to go to, and nobody when there is no such team', () => {
  const lines: string[] = []
  const log = createLogger({ level: 'info', secrets: [], destination: { write: (line) => lines.push(line) } })
  const team = (name: string, channel: DestinationInForce['channel']) => {
    const { document } = soundDocument(documentText({ team: name }), `teams/${name}.yml`)
    const destination = { id: 1, channel, reference: 'a@x.io', secretReference: null, host: null, wantsResolved: true }
    return [name, { document, versionId: 1, receivers: new Map([['chat', [destination]]]) }] as const
  }
  logMailWithoutServer(log, new Routing(new Map([team('payments', 'slack')])))
  expect(lines).toEqual([])
  logMailWithoutServer(log, new Routing(new Map([team('payments', 'slack'), team('ledger', 'email')])))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', teams: ['ledger'], msg: 'SMTP_URL is not set: mail of these teams waits until it is' },
  ])
})
