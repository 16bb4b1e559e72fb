/** Which record an alert of a request gets, when fingerprints are shared and some of their owners are gone. */
import { describe, expect, it } from 'vitest'
import { LATE_DUPLICATE_WINDOW_MS } from '../../src/episode/episode.ts'
import { rigOn } from '../rig.ts'
import { stores } from '../stores.ts'

const MINUTE = 60_000
const shared = { startsAt: 1, fingerprint: 'shared' }
const first = { labels: { alertname: 'First' }, ...shared }
const second = { labels: { alertname: 'Second' }, ...shared }
const third = { labels: { alertname: 'Third' }, ...shared }

describe.each(stores)('$name: a fingerprint whose first owner is gone', (store) => {
  it.each([
    ['behind the one that kept its own key', [second, third]],
    ['before the one that kept its own key', [third, second]],
  ])('is taken by a new alert, %s: it is repeated and ended as one alert', async (_, both) => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post(first)
    await rig.post(second)
    await rig.post({ ...first, endsAt: rig.clock.now() })
    await rig.after(MINUTE)
    await rig.advance(LATE_DUPLICATE_WINDOW_MS)
    await rig.keepHouse()
    expect([...rig.store.episodes.everyLive()].map(({ labelsText }) => labelsText)).toEqual([
      JSON.stringify(second.labels),
    ])
    expect(await rig.post(...both)).toMatchObject({ opened: 1, repeated: 1 })
    expect(await rig.post(...both)).toMatchObject({ opened: 0, repeated: 2 })
    expect(await rig.post({ ...third, endsAt: rig.clock.now() })).toMatchObject({ closed: 1 })
    const open = [...rig.store.episodes.everyLive()].filter(({ status }) => status === 'open')
    expect(open).toMatchObject([{ labelsText: JSON.stringify(second.labels) }])
  })
})
