/** Why somebody is told, or is not: every combination of what is true with what was told, beside what Alertmanager does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tally } from '../../src/group/told.ts'
import { decideReason, type Standing } from '../../src/notification/reason.ts'

const nothing: Tally = { newlyFiring: 0, knownFiring: 0, newlyResolved: 0, missed: 0 }
const usual: Standing = { current: true, wantsResolved: true, wantsMissed: true, toldBefore: true, repeatDue: false }

describe('a reason', () => {
  it.each<[string, Partial<Tally>, Partial<Standing>, string]>([
    ['the first alert of a group life', { newlyFiring: 1 }, { toldBefore: false }, 'first'],
    ['another alert', { newlyFiring: 1, knownFiring: 3 }, {}, 'new-alerts'],
    ['news goes before resolves', { newlyFiring: 1, newlyResolved: 1 }, {}, 'new-alerts'],
    ['news goes before a repeat', { newlyFiring: 1, knownFiring: 1 }, { repeatDue: true }, 'new-alerts'],
    ['one of two is over', { knownFiring: 1, newlyResolved: 1 }, {}, 'some-resolved'],
    ['all are over', { newlyResolved: 2 }, {}, 'all-resolved'],
    ['resolves go before a repeat', { knownFiring: 1, newlyResolved: 1 }, { repeatDue: true }, 'some-resolved'],
    ['resolves go before what was missed', { newlyResolved: 1, missed: 1 }, {}, 'all-resolved'],
    ['fired and resolved, and nothing got through', { missed: 1 }, {}, 'missed'],
    ['still firing, and it is time', { knownFiring: 1 }, { repeatDue: true }, 'repeat'],
    [
      'a repeat where resolves are not wanted',
      { knownFiring: 1, newlyResolved: 1 },
      { repeatDue: true, wantsResolved: false },
      'repeat',
    ],
    ['missed goes before a repeat', { knownFiring: 1, missed: 1 }, { repeatDue: true }, 'missed'],
    ['the route is gone, the debt is not', { newlyResolved: 1 }, { current: false }, 'all-resolved'],
    [
      'the route is gone, others still fire',
      { newlyResolved: 1, knownFiring: 1, newlyFiring: 1 },
      { current: false },
      'some-resolved',
    ],
  ])('%s', (_, counts, standing, reason) => {
    expect(decideReason({ ...nothing, ...counts }, { ...usual, ...standing })).toEqual({ reason })
  })
})

describe('a no-reason', () => {
  it.each<[string, Partial<Tally>, Partial<Standing>, string]>([
    ['nothing is known at all', {}, { toldBefore: false }, 'already-told'],
    ['what it knows is still so', { knownFiring: 2 }, {}, 'already-told'],
    ['a repeat is due of nothing', {}, { repeatDue: true }, 'already-told'],
    ['it does not want resolves', { newlyResolved: 1 }, { wantsResolved: false }, 'resolve-not-wanted'],
    [
      'it does not want resolves while others fire',
      { newlyResolved: 1, knownFiring: 1 },
      { wantsResolved: false },
      'resolve-not-wanted',
    ],
    ['the channel has no word for missed', { missed: 1 }, { wantsMissed: false }, 'missed-not-told'],
    ['news for a route that is gone', { newlyFiring: 1 }, { current: false }, 'not-routed-here'],
    ['missed on a route that is gone', { missed: 1 }, { current: false }, 'already-told'],
    ['no repeats on a route that is gone', { knownFiring: 1 }, { current: false, repeatDue: true }, 'already-told'],
  ])('%s', (_, counts, standing, noReason) => {
    expect(decideReason({ ...nothing, ...counts }, { ...usual, ...standing })).toEqual({ noReason })
  })
})

describe('whatever the combination', () => {
  const count = fc.nat({ max: 2 })
  const counts = fc.record({ newlyFiring: count, knownFiring: count, newlyResolved: count, missed: count })
  const flag = fc.boolean()
  const standing = fc.record({
    current: flag,
    wantsResolved: flag,
    wantsMissed: flag,
    toldBefore: flag,
    repeatDue: flag,
  })

  it('news reaches whoever is routed, and nobody else', () => {
    fc.assert(
      fc.property(counts, standing, (counts, standing) => {
        const decided = decideReason(counts, standing)
        const isNews = 'reason' in decided && ['first', 'new-alerts'].includes(decided.reason)
        expect(isNews).toBe(standing.current && counts.newlyFiring > 0)
      }),
    )
  })

  it('a debt is named in a message unless resolves are not wanted', () => {
    fc.assert(
      fc.property(counts, standing, (counts, standing) => {
        fc.pre(counts.newlyResolved > 0 && standing.wantsResolved)
        expect(decideReason(counts, standing)).toHaveProperty('reason')
      }),
    )
  })

  it('without any change, a message can only be a repeat', () => {
    fc.assert(
      fc.property(count, standing, (knownFiring, standing) => {
        const repeats = standing.current && standing.repeatDue && knownFiring > 0
        const expected = repeats ? { reason: 'repeat' } : { noReason: 'already-told' }
        expect(decideReason({ ...nothing, knownFiring }, standing)).toEqual(expected)
      }),
    )
  })
})
