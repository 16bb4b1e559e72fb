/** The outbox: who may send what and when, what becomes of it, and what a crash leaves to be told again. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/channel/channel.ts'
import type { Settled } from '../../src/group/group.ts'
import { LEASE_MS, Outbox } from '../../src/notification/outbox.ts'
import { aVersion } from '../rows.ts'
import { stores, undone } from '../stores.ts'
import { channels, Desk } from './desk.ts'

const us = { owner: 'us', channels }

describe.each(stores)('$name: destinations', (store) => {
  it('are the same as long as team, receiver, channel and reference are, whatever the version', async () => {
    const desk = await Desk.open(store)
    const identity = { team: 'default', receiver: 'all', channel: 'slack' as const, reference: 'env:DEFAULT_S' }
    const again = await desk.db.transaction(async (tx) => {
      const versionId = await aVersion(tx)
      return desk.outbox.ensureDestination(tx, { ...identity, versionId })
    })
    expect(again.id).toBe(desk.slack)
    await desk.reload(false)
    expect(desk.outbox.destination(desk.slack)).toEqual(again)
  })

  it.each([{ team: 'web' }, { receiver: 'some' }, { channel: 'webhook' as const }, { reference: 'env:DEFAULT_T' }])(
    'are others with another %o',
    async (other) => {
      const desk = await Desk.open(store)
      const identity = { team: 'default', receiver: 'all', channel: 'slack' as const, reference: 'env:DEFAULT_S' }
      const { id } = await desk.db.transaction((tx) =>
        desk.outbox.ensureDestination(tx, { ...identity, versionId: desk.group.versionId, ...other }),
      )
      expect([desk.slack, desk.webhook]).not.toContain(id)
    },
  )

  it('that do not exist are asked for by mistake only', () => {
    expect(() => new Outbox().destination(7)).toThrow('no destination 7')
  })
})

describe.each(stores)('$name: waiting', (store) => {
  it('keeps what was enqueued as it was', async () => {
    const desk = await Desk.open(store)
    const special = {
      reason: 'some-resolved',
      upto: 9,
      news: false,
      lateBecause: 'no route to host',
      createdAt: 5,
    } as const
    const id = await desk.enqueue(desk.slack, special)
    const kept = desk.outbox.pending(desk.slack, id)
    expect(kept).toMatchObject(special)
    await desk.reload(false)
    expect([...desk.outbox.everyPending()]).toEqual([kept])
    expect(desk.outbox.countPending()).toBe(1)
    expect(desk.outbox.backlog(desk.slack)).toMatchObject({ pending: 1, inFlight: 0, oldestAt: 5 })
  })

  it('gives way to newer state, or to nothing, and is never sent then', async () => {
    const desk = await Desk.open(store)
    const older = await desk.enqueue(desk.slack)
    const newer = await desk.enqueue(desk.slack)
    await desk.db.transaction((tx) => desk.outbox.supersede(tx, desk.slack, older, newer))
    expect((await desk.claim()).map(({ notification }) => notification.id)).toEqual([newer])
    const idle = await desk.enqueue(desk.webhook)
    await desk.db.transaction((tx) => desk.outbox.supersede(tx, desk.webhook, idle, null))
    expect(await desk.claim()).toEqual([])
    expect([await desk.state(older), await desk.state(newer), await desk.state(idle)]).toEqual([
      'superseded',
      'pending',
      'superseded',
    ])
    expect(desk.outbox.hasWaiting(desk.clock.now(), us)).toBe(false)
  })
})

describe.each(stores)('$name: claiming', (store) => {
  it('takes the oldest first, and as many as the channel allows at once', async () => {
    const desk = await Desk.open(store)
    const toSlack = [await desk.enqueue(desk.slack), await desk.enqueue(desk.slack)]
    const toWebhook: number[] = []
    for (let i = 0; i < 18; i++) toWebhook.push(await desk.enqueue(desk.webhook))
    const claims = await desk.claim()
    expect(claims.map(({ notification }) => notification.id)).toEqual([toSlack[0], ...toWebhook.slice(0, 16)])
    expect(await desk.claim(), 'every slot is taken').toEqual([])
    expect(desk.outbox.countUnderWay()).toBe(17)
    await desk.settle(claims[0], 'delivered')
    await desk.settle(claims[1], 'delivered')
    const next = await desk.claim()
    expect(next.map(({ notification }) => notification.id)).toEqual([toSlack[1], toWebhook[16]])
  })

  it('counts attempts from 1 and logs that they began', async () => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    const [first] = await desk.claim()
    await desk.settle(first, 'transient', 0)
    const [second] = await desk.claim()
    expect([first?.attempt, second?.attempt]).toEqual([1, 2])
    expect(await desk.attempts()).toEqual([
      { notification_id: id, n: 1, outcome: 'transient', detail: 'it was transient' },
      { notification_id: id, n: 2, outcome: null, detail: null },
    ])
  })

  it('keeps nothing of a claim that was not committed', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    await undone(desk.db, (tx) => desk.outbox.claim(tx, us))
    await desk.reload(false)
    const [claim] = await desk.claim()
    expect(claim?.attempt).toBe(1)
  })

  it('leaves a destination to its owner until the lease has passed', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    const [ours] = await desk.claim('us')
    await desk.reload(false)
    expect(await desk.claim('them')).toEqual([])
    await desk.advance(LEASE_MS - 1)
    expect(await desk.claim('them')).toEqual([])
    await desk.advance(1)
    const [theirs] = await desk.claim('them')
    expect(theirs?.fence).toBe((ours?.fence ?? 0) + 1)
  })

  it('says when the lease of somebody else ends, as it says when a pause does', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    await desk.claim('us')
    const until = desk.clock.now() + LEASE_MS
    await desk.reload(false)
    await desk.advance(1_000)
    expect(desk.outbox.nextReadyAt(desk.clock.now(), { owner: 'them', channels })).toBe(until)
  })

  it('renews its own lease in time for a whole attempt, under the same fence', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    const [first] = await desk.claim()
    const until = first?.destination.leaseUntil ?? 0
    await desk.advance(6_000)
    await desk.settle(first, 'transient', 0)
    const [second] = await desk.claim()
    expect(second?.fence).toBe(first?.fence)
    expect(second?.destination.leaseUntil).toBe(until + 6_000)
  })
})

describe.each(stores)('$name: settling', (store) => {
  it.each<[Outcome[], Settled, string, boolean]>([
    [['delivered'], 'delivered', 'delivered', false],
    [['transient'], 'retry', 'pending', false],
    [['unknown'], 'in-doubt', 'pending', true],
    [['permanent'], 'dead', 'dead', false],
    [['unknown', 'transient'], 'in-doubt', 'pending', true],
    [['unknown', 'delivered'], 'delivered', 'delivered', false],
    [['unknown', 'permanent'], 'dead-in-doubt', 'dead', true],
    [['transient', 'permanent'], 'dead', 'dead', false],
  ])('%j makes it %s', async (outcomes, settled, state, inDoubt) => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    let last: Settled | null = null
    for (const outcome of outcomes) {
      const [claim] = await desk.claim()
      last = await desk.settle(claim, outcome, 0)
    }
    expect(last).toBe(settled)
    expect(await desk.state(id)).toBe(state)
    await desk.reload(false)
    expect(desk.outbox.pending(desk.slack, id)?.inDoubt).toBe(state === 'pending' ? inDoubt : undefined)
    const row = await desk.db.reader.get(sql`select in_doubt from notification where id = ${id}`)
    expect(row).toEqual({ in_doubt: inDoubt ? 1 : 0 })
  })

  it('says of the next attempt why it is late', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    const [first] = await desk.claim()
    await desk.settle(first, 'transient', 0)
    await desk.reload(false)
    const [second] = await desk.claim()
    expect(second?.notification.lateBecause).toBe('it was transient')
  })

  it('discards the result of somebody who lost the lease', async () => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    const [ours] = await desk.claim('us')
    await desk.advance(LEASE_MS)
    await desk.reload(false)
    const [theirs] = await desk.claim('them')
    expect(await desk.settle(ours, 'delivered')).toBeNull()
    expect(await desk.state(id)).toBe('pending')
    expect(await desk.settle(theirs, 'delivered')).toBe('delivered')
  })
})

describe.each(stores)('$name: a failing destination', (store) => {
  it('rests until its time, also after a reload, and others do not', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    const other = await desk.enqueue(desk.webhook)
    const [failing] = await desk.claim()
    await desk.settle(failing, 'transient', 30_000)
    await desk.reload(false)
    const now = desk.clock.now()
    expect((await desk.claim()).map(({ notification }) => notification.id)).toEqual([other])
    expect([desk.outbox.hasWaiting(now, us), desk.outbox.nextReadyAt(now, us)]).toEqual([false, now + 30_000])
    await desk.advance(30_000)
    expect(await desk.claim()).toHaveLength(1)
  })

  it('gets one probe at a time until one gets through', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 5; i++) await desk.enqueue(desk.webhook)
    const [first, ...rest] = await desk.claim()
    await desk.settle(first, 'transient', 0)
    for (const claim of rest) await desk.settle(claim, 'transient', 0)
    const probe = await desk.claim()
    expect(probe).toHaveLength(1)
    expect(await desk.claim(), 'while the probe is under way').toEqual([])
    await desk.settle(probe[0], 'delivered')
    expect(await desk.claim()).toHaveLength(4)
  })

  it('failed once, however many attempts were under way', async () => {
    const desk = await Desk.open(store)
    for (let i = 0; i < 16; i++) await desk.enqueue(desk.webhook)
    for (const claim of await desk.claim()) await desk.settle(claim, 'transient', 0)
    expect(desk.outbox.destination(desk.webhook).failures).toBe(1)
    const [probe] = await desk.claim()
    await desk.settle(probe, 'transient', 0)
    expect(desk.outbox.destination(desk.webhook).failures).toBe(2)
  })

  it.each<Outcome>(['transient', 'delivered'])(
    'is left alone as long as it asked, though another attempt was %s',
    async (outcome) => {
      const desk = await Desk.open(store)
      for (let i = 0; i < 3; i++) await desk.enqueue(desk.webhook)
      const [limited, other] = await desk.claim()
      await desk.settle(limited, 'transient', 60_000)
      await desk.settle(other, outcome, outcome === 'transient' ? 1_000 : null)
      expect(desk.outbox.destination(desk.webhook).notBefore).toBe(desk.clock.now() + 60_000)
    },
  )
})

describe.each(stores)('$name: a crash', (store) => {
  it('makes attempts under way unknown, so that they are made again before anything newer', async () => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    await desk.claim('before')
    await desk.reload(true)
    expect(desk.outbox.pending(desk.slack, id)).toMatchObject({ inDoubt: true, attempts: 1 })
    expect(await desk.attempts()).toMatchObject([{ outcome: 'unknown' }])
    expect(desk.outbox.countUnderWay()).toBe(0)
    const [again] = await desk.claim('after')
    expect([again?.attempt, again?.notification.id], 'without waiting for the lease').toEqual([2, id])
  })

  it('ends the leases of the dead for good, also when a rollback reads the tables again', async () => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    await desk.claim('before')
    await desk.reload(true)
    await desk.db.transaction((tx) => desk.outbox.load(tx, false))
    const [again] = await desk.claim('after')
    expect(again?.notification.id).toBe(id)
  })

  it('leaves in peace what was settled or never begun', async () => {
    const desk = await Desk.open(store)
    await desk.enqueue(desk.slack)
    const waiting = await desk.enqueue(desk.slack)
    const [claim] = await desk.claim()
    await desk.settle(claim, 'delivered')
    await desk.reload(true)
    expect([...desk.outbox.everyPending()]).toMatchObject([{ id: waiting, inDoubt: false, attempts: 0 }])
  })

  it('is not what a rollback is: the process still holds its attempts', async () => {
    const desk = await Desk.open(store)
    const id = await desk.enqueue(desk.slack)
    const [claim] = await desk.claim()
    await desk.db.transaction((tx) => desk.outbox.load(tx, false))
    expect([...desk.outbox.everyUnderWay()]).toMatchObject([{ id, inDoubt: false }])
    expect(await desk.claim()).toEqual([])
    expect(await desk.settle(claim, 'delivered')).toBe('delivered')
  })
})
