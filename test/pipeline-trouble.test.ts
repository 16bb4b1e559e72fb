/** The verbs in bad luck on every store: late looks, clocks that move on meanwhile, outcomes that cannot be written down. */
import { describe, expect, it } from 'vitest'
import { type Attempted, deliver } from '../src/pipeline.ts'
import { CommitFails, defaultDocument, rigOn } from './rig.ts'
import { stores } from './stores.ts'

const MINUTE = 60_000
const down = { alertname: 'Down' }
const slow = { alertname: 'Slow' }

/** Lets transactions and timers that are due have their turns of the event loop. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
}

describe.each(stores)('$name: a pause', (store) => {
  it('that ends between two looks at the clock is not missed', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    const [sending] = await rig.claim()
    await sending?.end('transient', { retryAfterMs: MINUTE })
    const readyAt = rig.clock.now() + MINUTE
    let looks = 0
    const db = { ...rig.db, now: () => (looks++ === 0 ? readyAt - 1 : readyAt) }
    const nothing = () => expect.unreachable('sent before its time')
    expect(await deliver({ ...rig.pipeline, db }, nothing)).toBe(readyAt)
  })
})

describe.each(stores)('$name: a flush that was late', (store) => {
  const patient = { default: defaultDocument.replace('0s', '5s') }

  it.each([
    ['before it fired long enough', 4_999, [], true],
    ['after it should have been told', 10 * MINUTE, ['missed'], false],
  ] as const)('and a resolve that came %s', async (_, ms, reasons, unreleased) => {
    const rig = await rigOn(store)
    await rig.documents(patient)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.advance(ms)
    rig.failing = true
    if (ms > 5_000) await expect(rig.flush()).rejects.toThrow(CommitFails)
    rig.failing = false
    await rig.post({ labels: down, startsAt: 1, endsAt: rig.clock.now() })
    expect((await rig.after(MINUTE)).map(({ reason }) => reason)).toEqual(reasons)
    const [episode] = rig.store.episodes.everyLive()
    expect(episode?.memberships.map((member) => member.unreleased)).toEqual([unreleased])
    expect(rig.store.groups.count()).toBe(0)
  })
})

describe.each(stores)('$name: an outcome that a fault of ours keeps from being written', (store) => {
  it('frees its slot after three tries, and the message is sent again as a possible repeat', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 }, { labels: slow, startsAt: 1 })
    const [sending] = await rig.claim()
    rig.failing = true
    rig.failsWith = new TypeError('told.get is not a function')
    let attempted: Attempted | null = null
    void sending?.end('delivered').then((result) => {
      attempted = result
    })
    await rig.clock.advance(1_999, turns)
    expect([attempted, rig.store.outbox.countUnderWay()], 'still trying').toEqual([null, 1])
    await rig.clock.advance(1, turns)
    expect(attempted).toMatchObject({ settled: null })
    expect(rig.store.outbox.countUnderWay()).toBe(0)
    expect(rig.clock.pending(), 'nothing is tried each second for ever').toEqual([])
    expect(rig.errors.map(({ what }) => what)).toEqual([
      'the outcome of notification 1 could not be written',
      'notification 1 could not even be marked as unknown',
    ])
    rig.failing = false
    const messages = await rig.deliverAll()
    expect(messages.map(({ groupLabels, possibleRepeat }) => [groupLabels.alertname, possibleRepeat])).toEqual([
      ['Down', true],
      ['Slow', false],
    ])
  })
})
