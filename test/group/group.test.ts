/** The group machine: timers, reasons, superseding, debts; and what we answer where Alertmanager stays silent (AM-D2-D10). */
import { describe, expect, it } from 'vitest'
import { GroupDriver, PAGERDUTY, SLACK } from './driver.ts'

describe('timers', () => {
  it('flushes group_wait after the first change', () => {
    const g = new GroupDriver()
    g.now = 1_000
    g.fire(1)
    expect(g.due).toBe(6_000)
  })

  it('counts from the first change, whatever comes later', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.now = 4_000
    g.fire(2)
    expect(g.due).toBe(5_000)
  })

  it('keeps group_interval between flushes', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.now = 20_000
    g.fire(2)
    expect(g.due).toBe(65_000)
  })

  it('waits group_wait when the interval has long passed', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.now = 500_000
    g.fire(2)
    expect(g.due).toBe(505_000)
  })

  it('does not wait for what flush_now matches', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.now = 20_000
    g.fire(2)
    g.now = 21_000
    g.fire(3, { urgent: true })
    expect(g.due).toBeLessThanOrEqual(21_000)
  })

  it('has no tick while nothing is new and no repeat is due', () => {
    const g = new GroupDriver({ repeatIntervalMs: 14_400_000 })
    g.fire(1)
    g.tellNow()
    expect(g.due).toBe(5_000 + 14_400_000)
    g.now = 6_000
    g.resolve(1)
    g.tellNow()
    expect(g.due).toBeNull()
  })

  it('repeats exactly repeat_interval after the last delivery (AM-D6 slips a tick)', () => {
    const g = new GroupDriver({ repeatIntervalMs: 120_000 })
    g.fire(1)
    g.tick()
    g.now = 7_000
    g.deliver()
    expect(g.due).toBe(127_000)
    expect(g.tellNow()).toEqual(['1 repeat'])
    expect(g.due).toBe(247_000)
  })
})

describe('reasons, beside Alertmanager', () => {
  it('AM-D2: the first message needs something that fires', () => {
    const g = new GroupDriver()
    g.fire(1)
    expect(g.tellNow()).toEqual(['1 first'])
  })

  it('AM-D3: new alerts, some resolved, all resolved, repeat', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.fire(2)
    expect(g.tellNow()).toEqual(['1 new-alerts'])
    g.resolve(1)
    expect(g.tellNow()).toEqual(['1 some-resolved', 'forget 1'])
    g.resolve(2)
    expect(g.tellNow()).toEqual(['1 all-resolved', 'forget 2'])
    expect(g.members.size).toBe(0)
  })

  it('AM-D5: a told alert that resolves and fires again inside one interval is told, being another episode', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.resolve(1)
    g.fire(2)
    expect(g.tellNow()).toEqual(['1 new-alerts', 'forget 1'])
  })

  it('AM-D5: an alert that comes and goes inside one wait is told to nobody, and that is recorded', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.resolve(1)
    expect(g.tick()).toEqual(['unreleased 1', '1 none already-told'])
    expect(g.members.size).toBe(0)
  })

  it('AM-D10: the first message fails, the alert resolves: one "missed" message', () => {
    const g = new GroupDriver()
    g.fire(1)
    expect(g.tick()).toEqual(['1 first'])
    g.claim()
    expect(g.settle('retry')).toEqual([])
    g.resolve(1)
    expect(g.tick()).toEqual(['1 missed'])
    expect(g.deliver()).toEqual(['forget 1'])
  })

  it('AM-D10: where there is no word for missed, nothing is said and nothing stays owed', () => {
    const g = new GroupDriver({ destinations: [{ id: PAGERDUTY, wantsResolved: true, wantsMissed: false }] })
    g.fire(1)
    g.tick()
    g.claim(PAGERDUTY)
    g.settle('retry', PAGERDUTY)
    g.resolve(1)
    expect(g.tick()).toEqual(['2 none missed-not-told', 'forget 1'])
    expect(g.state.told.get(PAGERDUTY)?.live).toBeNull()
  })

  it('send_resolved: false is told firing only', () => {
    const g = new GroupDriver({ destinations: [{ id: SLACK, wantsResolved: false, wantsMissed: true }] })
    g.fire(1)
    expect(g.tellNow()).toEqual(['1 first'])
    g.resolve(1)
    expect(g.tellNow()).toEqual(['1 none resolve-not-wanted', 'forget 1'])
  })
})

describe('superseding and doubt', () => {
  it('newer state takes the place of a waiting notification', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    const older = g.state.told.get(SLACK)?.live?.id
    g.fire(2)
    expect(g.tick()).toEqual(['1 first'])
    expect(g.state.told.get(SLACK)?.live?.id).not.toBe(older)
    g.deliver()
    expect(g.due).toBe(g.now + 3_600_000)
  })

  it('nothing is decided while an attempt is under way; it is decided when the attempt is settled', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.fire(2)
    expect(g.tick()).toEqual(['1 none attempt-under-way'])
    expect(g.settle('delivered')).toEqual(['1 new-alerts'])
    expect(g.deliver()).toEqual([])
  })

  it('an attempt in doubt counts as told: it is settled first, then the resolve goes out', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('in-doubt')
    g.resolve(1)
    expect(g.tick()).toEqual(['1 none attempt-under-way'])
    expect(g.settle('delivered')).toEqual(['1 all-resolved'])
    expect(g.deliver()).toEqual(['forget 1'])
  })

  it('given up in doubt: the resolve stays owed', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('in-doubt')
    g.settle('dead-in-doubt')
    g.resolve(1)
    expect(g.tick()).toEqual(['1 all-resolved'])
  })

  it('a transient failure during a flush gives way to the newest state', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.fire(2)
    g.tick()
    expect(g.settle('retry')).toEqual(['1 first'])
  })

  it('a permanent error ends the matter until something changes, or repeat_interval has passed', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tick()
    g.claim()
    g.settle('dead')
    expect(g.due).toBe(5_000 + 3_600_000)
    g.resolve(1)
    expect(g.tick()).toEqual(['1 missed'])
    g.claim()
    expect(g.settle('dead')).toEqual(['forget 1'])
  })

  it('a pending message that has nothing left to say is withdrawn', () => {
    const g = new GroupDriver({ destinations: [{ id: PAGERDUTY, wantsResolved: true, wantsMissed: false }] })
    g.fire(1)
    g.tick()
    g.resolve(1)
    g.tick()
    expect(g.state.told.get(PAGERDUTY)?.live).toBeNull()
  })
})

describe('debts', () => {
  it('a group whose route is gone brings no news and pays what it owes at once', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.fire(2)
    g.leave(1, [SLACK])
    g.leave(2, [])
    g.configure({ destinations: [], groupWaitMs: 0, groupIntervalMs: 0 })
    g.tick()
    expect([...g.members.keys()]).toEqual([1])
    g.now = 90_000
    g.resolve(1)
    expect(g.due).toBe(90_000)
    expect(g.tellNow()).toEqual(['1 all-resolved', 'forget 1'])
  })

  it('a destination that leaves the receiver is still told the end; the new one gets the news', () => {
    const g = new GroupDriver()
    g.fire(1)
    g.tellNow()
    g.configure({ destinations: [{ id: 3, wantsResolved: true, wantsMissed: true }] })
    expect(g.tick()).toEqual(['3 first', '1 none already-told'])
    g.deliver(3)
    g.fire(2)
    expect(g.tick()).toEqual(['3 new-alerts', '1 none not-routed-here'])
    g.deliver(3)
    g.resolve(1)
    expect(g.tick()).toEqual(['3 some-resolved', '1 all-resolved'])
    g.deliver(3)
    expect(g.deliver(SLACK)).toEqual(['forget 1'])
    g.resolve(2)
    expect(g.tellNow(3)).toEqual(['3 all-resolved', '1 none already-told', 'forget 2'])
  })

  it('whoever knows from another group life is not told again, but is told the end', () => {
    const g = new GroupDriver()
    g.fire(1, { carried: [SLACK] })
    expect(g.due, 'not before the repeat').toBe(3_600_000)
    g.resolve(1)
    expect(g.tellNow()).toEqual(['1 all-resolved', 'forget 1'])
  })

  it('a carried member does not keep a new one from being told as news', () => {
    const g = new GroupDriver()
    g.fire(1, { carried: [SLACK] })
    g.fire(2)
    expect(g.tellNow()).toEqual(['1 new-alerts'])
  })

  it('each destination is owed on its own account', () => {
    const g = new GroupDriver({
      destinations: [
        { id: SLACK, wantsResolved: true, wantsMissed: true },
        { id: PAGERDUTY, wantsResolved: true, wantsMissed: false },
      ],
    })
    g.fire(1)
    expect(g.tick()).toEqual(['1 first', '2 first'])
    g.deliver(SLACK)
    g.claim(PAGERDUTY)
    g.settle('retry', PAGERDUTY)
    g.resolve(1)
    expect(g.tick()).toEqual(['1 all-resolved', '2 none missed-not-told'])
    expect(g.deliver(SLACK)).toEqual(['forget 1'])
  })
})
