/** What the gauges show of destinations, after things have happened. */
import { describe, expect, it } from 'vitest'
import { destinationStates } from '../../src/history/destination-states.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'

const document = `
team: payments
receivers:
  - name: chat
    slack_configs: [{ api_url: env:PAYMENTS_SLACK_URL }]
    webhook_configs: [{ url: 'https://hooks.test/' }]
  - name: other
    slack_configs: [{ api_url: env:PAYMENTS_OTHER_URL }]
route: { receiver: chat, group_by: [alertname], group_wait: 0s }
`
const down = { alertname: 'Down', team: 'payments' }

function states({ store, routing, clock }: Rig) {
  return [...destinationStates(store, routing, clock.now())].filter(({ team }) => team === 'payments')
}

describe.each(stores)('$name: destinations', (store) => {
  it('show how much waits, for how long, and how long of that nothing held it back', async () => {
    const rig = await rigOn(store)
    await rig.documents({ payments: document })
    await rig.post({ labels: down, startsAt: 1 })
    for (const sending of await rig.claim()) {
      if (sending.destination.channel === 'slack') await sending.end('transient', { retryAfterMs: 60_000 })
    }
    await rig.advance(20_000)
    const quiet = { pending: 0, inFlight: 0, oldestPendingMs: 0, oldestDueMs: 0 }
    expect(states(rig)).toMatchObject([
      {
        receiver: 'chat',
        channel: 'slack',
        circuit: 'closed',
        pending: 1,
        inFlight: 0,
        oldestPendingMs: 20_000,
        oldestDueMs: 0,
      },
      { receiver: 'chat', channel: 'webhook', pending: 1, inFlight: 1, oldestPendingMs: 20_000, oldestDueMs: 20_000 },
      { receiver: 'other', channel: 'slack', circuit: 'closed', ...quiet },
    ])
    await rig.advance(45_000)
    expect(states(rig)[0]).toMatchObject({ oldestPendingMs: 65_000, oldestDueMs: 5_000 })
    for (const sending of rig.sending) await sending.end('delivered')
  })

  it('count what they were given up on for, until they are told', async () => {
    const rig = await rigOn(store)
    await rig.documents({ payments: document })
    const startsAt = rig.clock.now()
    await rig.post({ labels: down, startsAt })
    for (const sending of await rig.claim()) {
      await sending.end(sending.destination.channel === 'slack' ? 'permanent' : 'delivered')
    }
    await rig.deliverAll()
    expect(states(rig).map(({ deadLetters }) => deadLetters)).toEqual([1, 0, 0])
    await rig.post({ labels: { ...down, shard: 'b' }, startsAt: rig.clock.now() })
    await rig.after(60_000)
    expect(states(rig).map(({ deadLetters }) => deadLetters)).toEqual([0, 0, 0])
  })

  it('are shown while their document names them or something waits, and not a moment longer', async () => {
    const rig = await rigOn(store)
    await rig.documents({ payments: document })
    await rig.post({ labels: down, startsAt: 1 })
    const begun = await rig.claim()
    await rig.documents({ payments: document.replaceAll('chat', 'talk') })
    expect(states(rig).map(({ receiver }) => receiver)).toEqual(['chat', 'chat', 'other', 'talk', 'talk'])
    for (const sending of begun) await sending.end('delivered')
    await rig.deliverAll()
    expect(states(rig).map(({ receiver }) => receiver)).toEqual(['other', 'talk', 'talk'])
  })
})
