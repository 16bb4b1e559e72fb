/** Alerts that were reconciled and fire all the same: Alertmanager may not notify of them, so they are looked for. */
import { describe, expect, it } from 'vitest'
import { toLabels } from '../../src/alert/labels.ts'
import { RETURN_WINDOW_MS } from '../../src/episode/episode.ts'
import { reconciledKeys, reopen } from '../../src/source/reconcile.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'
import { stores } from '../stores.ts'
import { MINUTE } from './answers.ts'
import { Desk, firing } from './desk.ts'
import { listing } from './listing.ts'

describe.each(stores)('$name: an alert that was reconciled and is listed again', (store) => {
  async function reconciledOne() {
    const desk = await Desk.open(store)
    await desk.rig.post(firing('Down'))
    await desk.told()
    await desk.reconciled(2)
    await desk.told()
    const { sourceId, keys } = await reconciledKeys(desk.rig.pipeline, 'default')
    return { desk, sourceId, keys }
  }

  it('opens and is told, without any request', async () => {
    const { desk, sourceId, keys } = await reconciledOne()
    expect(keys).toEqual(new Set([fingerprintOf({ alertname: 'Down' })]))
    expect(await reopen(desk.rig.pipeline, sourceId, [listing(firing('Down'))])).toBe(1)
    expect(desk.episodes().at(-1)).toMatchObject({ status: 'open', reopened: true, openedBy: null })
    expect(await desk.told()).toEqual(['first Down'])
    expect((await reconciledKeys(desk.rig.pipeline, 'default')).keys.size).toBe(0)
    expect(await reopen(desk.rig.pipeline, sourceId, [listing(firing('Down'))]), 'it is open').toBe(0)
  })

  it('is looked for as long as Alertmanager may believe that we know of it, also after a restart', async () => {
    const { desk } = await reconciledOne()
    const size = async () => (await reconciledKeys(desk.rig.pipeline, 'default')).keys.size
    await desk.rig.advance(RETURN_WINDOW_MS - 2 * MINUTE)
    await desk.rig.keepHouse()
    expect(await size()).toBe(1)
    await desk.rig.db.transaction((tx) => desk.rig.store.load(tx, true))
    expect(await size()).toBe(1)
    await desk.rig.advance(2 * MINUTE)
    await desk.rig.keepHouse()
    expect(await size()).toBe(0)
    expect(desk.episodes()).toEqual([])
  })

  it('stays closed when its source has said meanwhile that it is resolved', async () => {
    const { desk, sourceId } = await reconciledOne()
    await desk.rig.post(firing('Down', { endsAt: 50 }))
    expect(await reopen(desk.rig.pipeline, sourceId, [listing(firing('Down'))])).toBe(0)
    expect(desk.rig.store.episodes.countOpen()).toBe(0)
  })

  it('is not another alert that bears its fingerprint', async () => {
    const { desk, sourceId } = await reconciledOne()
    const stranger = listing(firing('Other', { fingerprint: fingerprintOf({ alertname: 'Down' }) }))
    expect(await reopen(desk.rig.pipeline, sourceId, [stranger])).toBe(0)
    expect(desk.episodes()).toHaveLength(1)
    const own = fingerprintOf({ alertname: 'Other' })
    const known = await desk.rig.db.transaction((tx) => desk.rig.store.episodes.peek(tx, sourceId, own))
    expect(known, 'nothing is kept of it').toBeUndefined()
    expect(await desk.rig.post({ labels: toLabels({ alertname: 'Other' }), startsAt: 9 })).toMatchObject({ opened: 1 })
  })
})
