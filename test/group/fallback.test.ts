/** Who is told in the stead of a destination that cannot be reached, for how long, and what a redrive tells. */
import { describe, expect, it } from 'vitest'
import { GroupDriver, PAGERDUTY, SLACK } from './driver.ts'

describe('a fallback', () => {
  const MAIL = 3
  const config = { fallbacks: [{ id: MAIL, wantsResolved: true, wantsMissed: true }] }
  /** One alert fires, Slack has died on it and mail is told. */
  const afterFallback = () => {
    const g = new GroupDriver(config)
    g.fire(1)
    g.tick()
    g.claim()
    expect(g.fallBack([MAIL])).toEqual(['3 first'])
    g.settle('dead')
    g.deliver(MAIL)
    return g
  }

  it('is told the present state once, and the news while the first is away', () => {
    const g = afterFallback()
    expect(g.fallBack([MAIL]), 'a second failure calls nobody again').toEqual([])
    g.fire(2)
    expect(g.tick()).toEqual(['1 first', '3 new-alerts'])
  })

  it('is owed the resolve like anybody who was told', () => {
    const g = afterFallback()
    g.resolve(1)
    expect(g.tick()).toEqual(['1 missed', '3 all-resolved'])
    expect(g.deliver(MAIL)).toEqual([])
    expect(g.deliver(SLACK)).toEqual(['3 none already-told', 'forget 1'])
  })

  it('hears no news any more once the first is back, but the end of what it was told', () => {
    const g = afterFallback()
    g.fire(2)
    g.tick()
    g.deliver(MAIL)
    expect(g.deliver(SLACK)).toEqual(['3 none already-told'])
    g.now = 100_000
    g.fire(3)
    expect(g.tick()).toEqual(['1 new-alerts', '3 none not-routed-here'])
    g.deliver(SLACK)
    for (const id of [1, 2, 3]) g.resolve(id)
    expect(g.tick()).toEqual(['1 all-resolved', '3 all-resolved'])
    g.deliver(SLACK)
    expect(g.deliver(MAIL)).toEqual(['forget 1', 'forget 2', 'forget 3'])
  })

  it('what waits for it is withdrawn when the first comes back before', () => {
    const g = new GroupDriver(config)
    g.fire(1)
    g.tick()
    g.fallBack([MAIL])
    expect(g.deliver(SLACK)).toEqual(['3 none not-routed-here'])
    expect(g.orphans).toEqual([])
    expect(g.state.told.get(MAIL)?.live).toBeNull()
  })

  it('is told of what came and went unseen', () => {
    const g = new GroupDriver(config)
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('retry')
    g.resolve(1)
    g.tick()
    expect(g.fallBack([MAIL])).toEqual(['3 missed'])
  })

  it('repeats to it while the first is away', () => {
    const g = afterFallback()
    g.now = 3_700_000
    expect(g.tick()).toContain('3 repeat')
  })

  it('is not called where the route leads anyway, nor where the document no longer names it', () => {
    const g = new GroupDriver({ ...config, fallbacks: [] })
    g.fire(1)
    g.tick()
    expect(g.fallBack([MAIL, SLACK])).toEqual([])
  })

  it('becomes owed only when the document takes it away', () => {
    const g = afterFallback()
    g.configure({ fallbacks: [] })
    g.fire(2)
    expect(g.tick()).toEqual(['1 first', '3 none not-routed-here'])
  })
})

describe('a redrive', () => {
  it('sends what is true now to a destination that had been given up', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('dead')
    expect(g.redrive()).toEqual(['1 first'])
    expect(g.redrive(), 'it waits already').toEqual([])
    expect(g.deliver()).toEqual([])
  })

  it('pays a resolve that was given up', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.resolve(1)
    g.tick()
    g.claim()
    g.settle('dead')
    expect(g.redrive()).toEqual(['1 all-resolved'])
    expect(g.deliver()).toEqual(['forget 1'])
  })

  it('says nothing where nothing is left to say', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    expect(g.redrive()).toEqual(['1 none already-told'])
    expect(g.redrive(99), 'a destination that was never told').toEqual([])
  })
})

describe('a fallback of a fallback', () => {
  const [MAIL, PHONE] = [3, 4]
  const wants = { wantsResolved: true, wantsMissed: true }
  const config = { fallbacks: [MAIL, PHONE].map((id) => ({ id, ...wants })) }
  const afterTwo = () => {
    const g = new GroupDriver(config)
    g.fire(1)
    g.tick()
    g.fallBack([MAIL])
    expect(g.fallBack([PHONE], MAIL)).toEqual(['4 first'])
    g.deliver(PHONE)
    return g
  }

  it('is relieved with it when the first is back', () => {
    const g = afterTwo()
    expect(g.deliver(SLACK)).toEqual(['3 none not-routed-here', '4 none already-told'])
    g.now = 100_000
    g.fire(2)
    expect(g.tick()).toEqual(['1 new-alerts', '3 none not-routed-here', '4 none not-routed-here'])
  })

  it('is relieved when the document leads to the first no more', () => {
    const g = afterTwo()
    g.configure({ destinations: [{ id: PAGERDUTY, wantsResolved: true, wantsMissed: false }] })
    expect(g.tick()).toContain('4 none already-told')
    expect([...g.state.told.values()].map(({ fallbackFor }) => fallbackFor)).toEqual([null, null, null, null])
    g.resolve(1)
    expect(g.tick()).toContain('4 all-resolved')
  })
})
