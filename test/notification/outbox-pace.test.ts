/** The outbox keeps the pace of a channel, wakes when it may go on, and remembers what was answered last. */
import { describe, expect, it } from 'vitest'
import { stores, undone } from '../stores.ts'
import { channels, Desk } from './desk.ts'

const paced = {
  ...channels,
  slack: { maxInFlight: 1, pace: { burst: 2, everyMs: 1_000 } },
  webhook: { maxInFlight: 16, pace: { burst: 5, everyMs: 1_000 } },
}
const us = { owner: 'us', channels: paced }

/** A second receiver of the same team that names the same secret. */
function sibling(desk: Desk, special: object = {}): Promise<number> {
  const { versionId } = desk.group
  const identity = { team: 'default', receiver: 'more', channel: 'slack', reference: 'env:DEFAULT_S' } as const
  return desk.db.transaction(async (tx) => {
    const { id } = await desk.outbox.ensureDestination(tx, { ...identity, versionId, ...special })
    return id
  })
}

describe.each(stores)('$name: a pace', (store) => {
  it('lets the burst go, then one at a time, and says when', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 4; i++) await desk.enqueue(desk.slack)
    for (let i = 0; i < 2; i++) await desk.settle((await desk.claim('us', paced))[0], 'delivered')
    expect(await desk.claim('us', paced)).toEqual([])
    const now = desk.clock.now()
    expect([desk.outbox.hasWaiting(now, us), desk.outbox.nextReadyAt(now, us)]).toEqual([false, now + 1_000])
    await desk.advance(999)
    expect(await desk.claim('us', paced)).toEqual([])
    await desk.advance(1)
    expect(desk.outbox.hasWaiting(now + 1_000, us)).toBe(true)
    expect(await desk.claim('us', paced)).toHaveLength(1)
    expect(desk.outbox.nextReadyAt(now + 1_000, us), 'its end will wake us').toBeNull()
  })

  it('holds back nobody else', async () => {
    const desk = await Desk.open(store)
    const other = await sibling(desk, { reference: 'env:DEFAULT_T' })
    for (let i = 0; i < 3; i++) await desk.enqueue(desk.slack)
    for (let i = 0; i < 2; i++) await desk.settle((await desk.claim('us', paced))[0], 'delivered')
    await desk.enqueue(other)
    expect((await desk.claim('us', paced)).map(({ destination }) => destination.id)).toEqual([other])
  })

  it('takes of many no more than it lets go at once', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 9; i++) await desk.enqueue(desk.webhook)
    expect(await desk.claim('us', paced)).toHaveLength(5)
    const now = desk.clock.now()
    expect(desk.outbox.nextReadyAt(now, us)).toBe(now + 1_000)
  })

  it('is shared by receivers that name the same secret: who was to be told first goes first', async () => {
    const desk = await Desk.open(store)
    const other = await sibling(desk)
    const order: number[] = []
    for (const destination of [other, desk.slack, desk.slack, other, desk.slack]) await desk.enqueue(destination)
    for (let i = 0; i < 5; i++) {
      const claims = await desk.claim('us', paced)
      for (const claim of claims) {
        order.push(claim.destination.id)
        await desk.settle(claim, 'delivered')
      }
      await desk.advance(1_000)
    }
    expect(order).toEqual([other, desk.slack, desk.slack, other, desk.slack])
  })

  it('does not shorten a pause, and a pause does not shorten it', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 3; i++) await desk.enqueue(desk.slack)
    await desk.settle((await desk.claim('us', paced))[0], 'transient', 30_000)
    const now = desk.clock.now()
    expect(desk.outbox.nextReadyAt(now, us)).toBe(now + 30_000)
    await desk.advance(30_000)
    for (let i = 0; i < 2; i++) await desk.settle((await desk.claim('us', paced))[0], 'transient', 0)
    expect(desk.outbox.nextReadyAt(now + 30_000, us)).toBe(now + 31_000)
  })

  it('gives a peer that asks for rest its rest, whichever receiver asks next', async () => {
    const desk = await Desk.open(store)
    const other = await sibling(desk)
    await desk.enqueue(desk.slack)
    await desk.enqueue(other)
    const [first, second] = await desk.claim('us', paced)
    expect(second?.destination.id).toBe(other)
    await desk.settle(second, 'delivered')
    await desk.settle(first, 'transient', 60_000, { retryAfterMs: 60_000 })
    const until = desk.clock.now() + 60_000
    await desk.enqueue(other)
    await desk.advance(59_999)
    expect(await desk.claim('us', paced)).toEqual([])
    expect(desk.outbox.nextReadyAt(desk.clock.now(), us)).toBe(until)
    await desk.advance(1)
    expect((await desk.claim('us', paced)).map(({ destination }) => destination.id)).toEqual([desk.slack, other])
  })

  it('is not forgotten by a rollback', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 4; i++) await desk.enqueue(desk.slack)
    for (let i = 0; i < 2; i++) await desk.settle((await desk.claim('us', paced))[0], 'delivered')
    await desk.db.transaction((tx) => desk.outbox.load(tx, false))
    expect(await desk.claim('us', paced)).toEqual([])
  })

  it('starts without a burst after a crash, and after the crash that follows', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 4; i++) await desk.enqueue(desk.slack)
    await desk.claim('us', paced)
    await desk.advance(100)
    await desk.reload(true)
    expect(await desk.claim('them', paced)).toEqual([])
    await desk.advance(400)
    await desk.reload(true)
    const now = desk.clock.now()
    expect(desk.outbox.nextReadyAt(now, us)).toBe(now + 600)
    await desk.advance(600)
    expect(await desk.claim('others', paced)).toHaveLength(1)
  })

  it('has a burst saved up when nothing was sent for long before the start', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 3; i++) await desk.enqueue(desk.slack)
    await desk.settle((await desk.claim('us', paced))[0], 'delivered')
    await desk.advance(60_000)
    await desk.reload(true)
    for (let i = 0; i < 2; i++) await desk.settle((await desk.claim('them', paced))[0], 'delivered')
    expect(desk.outbox.backlog(desk.slack).pending).toBe(0)
  })

  it('counts a claim that was rolled back, so that nothing is ever too early', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    for (let i = 0; i < 2; i++) await undone(desk.db, (tx) => desk.outbox.claim(tx, us))
    await desk.db.transaction((tx) => desk.outbox.load(tx, false))
    expect(await desk.claim('us', paced)).toEqual([])
    await desk.advance(1_000)
    expect(await desk.claim('us', paced)).toHaveLength(1)
  })
})

describe.each(stores)('$name: the last answers of a destination', (store) => {
  it('are remembered, also after a restart', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 2; i++) await desk.enqueue(desk.slack)
    const at = desk.clock.now()
    const [first] = await desk.claim()
    await desk.advance(250)
    await desk.settle(first, 'delivered')
    const [second] = await desk.claim()
    await desk.advance(1_000)
    await desk.settle(second, 'transient', 0)
    const last = {
      delivered: { at: at + 250, tookMs: 250, outcome: 'delivered', status: null, detail: 'it was delivered' },
      failed: { at: at + 1_250, tookMs: 1_000, outcome: 'transient', status: null, detail: 'it was transient' },
    }
    expect(desk.outbox.destinations.lastAttempts(desk.slack)).toEqual(last)
    await desk.reload(true)
    expect(desk.outbox.destinations.lastAttempts(desk.slack)).toEqual(last)
    expect(desk.outbox.destinations.lastAttempts(desk.webhook)).toEqual({ delivered: null, failed: null })
  })
})
