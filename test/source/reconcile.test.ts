/** Episodes whose source does not list them any more, and silence: rows, debts and messages on a real store. */
import { describe, expect, it } from 'vitest'
import { raise } from '../../src/meta-alert/raise.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'
import { stores } from '../stores.ts'
import { HOUR, MINUTE } from './answers.ts'
import { Desk, firing, STALE_AFTER } from './desk.ts'

describe.each(stores)('$name: an alert that its source does not list any more', (store) => {
  it('is closed at the second round, as of the first, and told as resolved to whoever was told that it fires', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'), firing('Full'))
    expect(await desk.told()).toEqual(['first Down', 'first Full'])
    desk.listed = [fingerprintOf({ alertname: 'Full' })]
    const receivedAt = desk.rig.clock.now()
    expect(await desk.reconciled(3)).toEqual([0, 1, 0])
    expect(desk.episodes()).toMatchObject([
      {
        status: 'closing',
        closeReason: 'reconciled',
        endsAt: receivedAt + MINUTE,
        closedAt: receivedAt + 2 * MINUTE,
        lastSeenAt: receivedAt,
        closedBy: null,
      },
      { status: 'open' },
    ])
    expect(desk.rig.store.groups.countDebts()).toBe(1)
    expect(await desk.told()).toEqual(['all-resolved Down'])
    expect(desk.rig.store.groups.countDebts()).toBe(0)
    expect(await desk.reconciled(5)).toEqual([0, 0, 0, 0, 0])
  })

  it('stays open while a replica is missing, however often it is asked', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    desk.complete = false
    expect(await desk.reconciled(20)).toEqual(Array(20).fill(0))
    desk.complete = true
    expect(await desk.reconciled(2)).toEqual([0, 1])
  })

  it('stays open when it is heard of in between', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    expect(await desk.reconciled(1)).toEqual([0])
    await desk.rig.advance(1)
    await desk.rig.post(firing('Down'))
    expect(await desk.reconciled(2)).toEqual([0, 1])
  })

  it('is known by its labels where its fingerprint is that of another', async () => {
    const desk = await Desk.open(store)
    const [first, second] = [firing('First', { fingerprint: 'shared' }), firing('Second', { fingerprint: 'shared' })]
    await desk.rig.post(first, second)
    desk.listed = ['shared', fingerprintOf(second.labels)]
    expect(await desk.reconciled(3)).toEqual([0, 0, 0])
    desk.listed = ['shared', fingerprintOf(first.labels)]
    expect(await desk.reconciled(2)).toEqual([0, 1])
    expect(desk.episodes()).toMatchObject([
      { status: 'open', labelsText: '{"alertname":"First"}' },
      { status: 'closing', labelsText: '{"alertname":"Second"}' },
    ])
  })

  it('is none of those of other sources, nor of the router itself', async () => {
    const desk = await Desk.open(store)
    await desk.rig.postAs('elsewhere', firing('Down'))
    const own = { labels: { alertname: 'DestinationDead', team: 'default' }, annotations: {} }
    await desk.rig.db.transaction((tx) => raise(desk.rig.pipeline, tx, [own]))
    expect(await desk.reconciled(3)).toEqual([0, 0, 0])
    await desk.rig.advance(STALE_AFTER)
    expect(await desk.round()).toMatchObject({ reconciled: 0, stale: 1 })
    expect(desk.episodes()).toMatchObject([{ closeReason: 'stale' }, { status: 'open' }])
  })

  it('ends no sooner than it began, whatever the clock of its source says', async () => {
    const desk = await Desk.open(store)
    const ahead = desk.rig.clock.now() + HOUR
    await desk.rig.post(firing('Down', { startsAt: ahead }))
    await desk.reconciled(2)
    expect(desk.episodes()).toMatchObject([{ startsAt: ahead, endsAt: ahead, closeReason: 'reconciled' }])
  })

  it('is closed in batches, and those that stay open keep being counted', async () => {
    const desk = await Desk.open(store)
    const all = Array.from({ length: 1_100 }, (_, i) => firing('Down', { labels: { alertname: 'Down', i: `${i}` } }))
    await desk.rig.post(...all)
    desk.listed = all.slice(0, 200).map(({ labels }) => fingerprintOf(labels))
    expect(await desk.reconciled(3)).toEqual([0, 900, 0])
    expect(desk.rig.store.episodes.countOpen()).toBe(200)
  })

  it('is closed later when the commit fails, and nothing is half done', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    await desk.reconciled(1)
    await desk.rig.advance(MINUTE)
    desk.rig.failing = true
    await expect(desk.round()).rejects.toThrow('disk')
    desk.rig.failing = false
    expect(desk.rig.store.episodes.countOpen()).toBe(1)
    expect(await desk.reconciled(1)).toEqual([1])
    expect(await desk.told()).toEqual(['all-resolved Down'])
  })

  it('is opened and told again when it fires again', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    await desk.reconciled(2)
    await desk.told()
    expect(await desk.rig.post(firing('Down'))).toMatchObject({ opened: 1 })
    expect(desk.episodes().at(-1)).toMatchObject({ status: 'open', reopened: true })
    expect(await desk.told()).toEqual(['first Down'])
    await desk.rig.advance(MINUTE)
    expect(await desk.rig.post(firing('Down', { endsAt: 5 }))).toMatchObject({ closed: 1 })
    expect(await desk.told()).toEqual(['all-resolved Down'])
  })

  it('gets its true end when the source says it after all, and nobody is told twice', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    await desk.reconciled(2)
    expect(await desk.told()).toEqual(['all-resolved Down'])
    await desk.rig.advance(MINUTE)
    expect(await desk.rig.post(firing('Down', { endsAt: 50 }))).toMatchObject({ closed: 0, repeated: 1 })
    expect(desk.episodes()).toMatchObject([{ closeReason: 'resolved', endsAt: 50, closedAt: desk.rig.clock.now() }])
    expect(await desk.told()).toEqual([])
  })
})

describe.each(stores)('$name: an alert that nothing more is heard of', (store) => {
  it('is closed after STALE_AFTER, as of when it was last heard of, and told', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    await desk.rig.advance(HOUR)
    const heardAt = desk.rig.clock.now()
    await desk.rig.post(firing('Down'))
    desk.complete = false
    await desk.rig.advance(STALE_AFTER - 1)
    expect(await desk.round()).toMatchObject({ stale: 0, nextStaleAt: heardAt + STALE_AFTER })
    await desk.rig.advance(1)
    expect(await desk.round()).toMatchObject({ stale: 1, nextStaleAt: null })
    expect(desk.episodes()).toMatchObject([{ closeReason: 'stale', endsAt: heardAt, lastSeenAt: heardAt }])
    expect(await desk.told()).toEqual(['all-resolved Down'])
    await desk.rig.post(firing('Down'))
    expect(await desk.told()).toEqual(['first Down'])
  })

  it('is not stale while its source lists it, though it is silenced there for days', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    desk.listed = [fingerprintOf({ alertname: 'Down' })]
    await desk.rig.advance(10 * STALE_AFTER)
    expect(await desk.round()).toMatchObject({
      reconciled: 0,
      stale: 0,
      nextStaleAt: desk.rig.clock.now() + STALE_AFTER,
    })
  })

  it('is not stale because the router was away: what it missed comes within the hour', async () => {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    desk.complete = false
    await desk.rig.advance(3 * STALE_AFTER)
    desk.listeningSince = desk.rig.clock.now()
    await desk.rig.advance(HOUR - 1)
    expect(await desk.round()).toMatchObject({ stale: 0 })
    await desk.rig.advance(1)
    expect(await desk.round()).toMatchObject({ stale: 1 })
  })
})
