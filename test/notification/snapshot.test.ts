/** What a message shows: at most 50 alerts, the changed ones first, and counts that are true however many there are. */
import { describe, expect, it } from 'vitest'
import type { Membership } from '../../src/group/membership.ts'
import { type Told, toldNothing } from '../../src/group/told.ts'
import { takeSnapshot } from '../../src/notification/snapshot.ts'

const SLACK = 1

function member(episodeId: number, joined: number | null, closed: number | null = null): Membership {
  return { episodeId, groupId: 1, joined, closed, versionId: 1, carried: [], unreleased: false }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

describe('a snapshot', () => {
  it('of 60 firing alerts shows 50 and counts 60', () => {
    const members = range(1, 60).map((id) => member(id, id))
    const { counts, alerts } = takeSnapshot(toldNothing, SLACK, members, 60, true)
    expect(counts).toEqual({ newlyFiring: 60, knownFiring: 0, newlyResolved: 0, missed: 0 })
    expect(alerts).toEqual(range(1, 50).map((id) => [id, 'newlyFiring']))
  })

  it('shows what changed rather than what is known, and then in reading order', () => {
    const told: Told = { ...toldNothing, firingUpto: 100 }
    const known = range(1, 45).map((id) => member(id, id))
    const resolved = range(46, 50).map((id) => member(id, id, 100 + id))
    const fresh = range(101, 103).map((id) => member(id, id))
    const { counts, alerts } = takeSnapshot(told, SLACK, [...known, ...resolved, ...fresh], 200, true)
    expect(counts).toEqual({ newlyFiring: 3, knownFiring: 45, newlyResolved: 5, missed: 0 })
    expect(alerts).toEqual([
      ...range(101, 103).map((id) => [id, 'newlyFiring']),
      ...range(1, 42).map((id) => [id, 'knownFiring']),
      ...range(46, 50).map((id) => [id, 'newlyResolved']),
    ])
  })

  it('lets no flood of resolves hide what fires newly', () => {
    const told: Told = { ...toldNothing, firingUpto: 60 }
    const resolved = range(1, 60).map((id) => member(id, id, 100 + id))
    const { counts, alerts } = takeSnapshot(told, SLACK, [...resolved, member(61, 61)], 200, true)
    expect(counts.newlyResolved).toBe(60)
    expect(alerts[0]).toEqual([61, 'newlyFiring'])
    expect(alerts).toHaveLength(50)
  })

  it('without news shows no firing alert that the destination does not know, and nothing missed', () => {
    const told: Told = { ...toldNothing, firingUpto: 2 }
    const members = [member(1, 1), member(2, 2, 5), member(3, 3), member(4, 4, 6)]
    expect(takeSnapshot(told, SLACK, members, 6, false)).toEqual({
      counts: { newlyFiring: 0, knownFiring: 1, newlyResolved: 1, missed: 0 },
      alerts: [
        [1, 'knownFiring'],
        [2, 'newlyResolved'],
      ],
    })
  })

  it('knows nothing of what no flush has released', () => {
    const told: Told = { ...toldNothing, firingUpto: 1 }
    const { counts, alerts } = takeSnapshot(told, SLACK, [member(1, 1, 4), member(2, 3)], 2, true)
    expect(counts).toEqual({ newlyFiring: 0, knownFiring: 1, newlyResolved: 0, missed: 0 })
    expect(alerts).toEqual([[1, 'knownFiring']])
  })
})
