/** The group machine in bad luck: nothing it withdrew is sent, and what was given up is tried again, but not for ever at once. */
import { describe, expect, it } from 'vitest'
import { GroupDriver, PAGERDUTY, SLACK } from './driver.ts'

const HOUR = 3_600_000

describe('a tick that releases nothing', () => {
  it('withdraws what has nothing left to say while another destination repeats', () => {
    const silent = { wantsResolved: false, wantsMissed: true }
    const g = new GroupDriver({
      destinations: [
        { id: SLACK, ...silent },
        { id: PAGERDUTY, wantsResolved: true, wantsMissed: true },
      ],
    })
    g.fire(1)
    g.fire(2)
    g.tick()
    g.deliver(SLACK)
    g.now = 6_000
    g.deliver(PAGERDUTY)
    g.resolve(1)
    expect(g.tick()).toEqual(['1 none resolve-not-wanted', '2 some-resolved'])
    g.claim(PAGERDUTY)
    g.settle('retry', PAGERDUTY)
    g.configure({
      destinations: [
        { id: SLACK, ...silent },
        { id: PAGERDUTY, ...silent },
      ],
    })
    expect(g.tick()).toContain('1 repeat')
    expect(g.now, 'only the repeat was due').toBe(5_000 + HOUR)
    expect(g.orphans).toEqual([])
  })

  it('withdraws what has nothing left to say though the clock stepped back', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('retry')
    g.now = 10_000
    g.fire(2)
    g.now = 8_000
    g.leave(1, [])
    g.leave(2, [])
    g.look()
    expect(g.state.told.get(SLACK)?.live).toBeNull()
    expect(g.orphans).toEqual([])
  })
})

describe('a first message that was given up', () => {
  it.each([
    ['dead', '1 first'],
    ['dead-in-doubt', '1 repeat'],
  ] as const)('%s: is tried again at each repeat_interval while it fires', (outcome, again) => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    expect(g.settle(outcome)).toEqual([])
    for (let n = 1; n <= 3; n++) {
      expect(g.due).toBe(5_000 + n * HOUR)
      expect(g.tick()).toEqual([again])
      g.claim()
      expect(g.settle('dead')).toEqual([])
    }
    g.tick()
    expect(g.deliver()).toEqual([])
    expect(g.due).toBe(5_000 + 5 * HOUR)
  })

  it.each(['dead', 'dead-in-doubt'] as const)('%s: leaves no timer behind once it has ended', (outcome) => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle(outcome)
    g.resolve(1)
    expect(g.tellNow()).toEqual([outcome === 'dead' ? '1 missed' : '1 all-resolved', 'forget 1'])
    expect(g.due).toBeNull()
  })
})
