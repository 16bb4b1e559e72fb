/** What a notification said of an alert that it only counted: the stored watermarks give back what was decided then. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Membership } from '../../src/group/membership.ts'
import { standing, toldNothing } from '../../src/group/told.ts'
import { knowledge, type Said, spokenAs, spokenOf } from '../../src/history/spoken.ts'
import { takeSnapshot } from '../../src/notification/snapshot.ts'

const HERE = 1
const member = (
  episodeId: number,
  joined: number | null,
  closed: number | null,
  more: Partial<Membership> = {},
): Membership => {
  const rest = { groupId: 1, versionId: 1, carried: [], unreleased: false }
  return { episodeId, joined, closed, ...rest, ...more }
}

const numbers = fc.integer({ min: 1, max: 200 })
const members = fc
  .array(fc.tuple(numbers, fc.option(fc.integer({ min: 1, max: 50 })), fc.boolean()), { minLength: 1, maxLength: 150 })
  .map((all) =>
    all.map(([joined, lived, carried], i) =>
      member(i + 1, joined, lived === null ? null : joined + lived, { carried: carried ? [HERE] : [] }),
    ),
  )

it('agrees for each of any number of alerts with what stood when the notification was decided', () => {
  fc.assert(
    fc.property(members, numbers, numbers, numbers, fc.boolean(), (all, firing, resolved, dead, news) => {
      const upto = 200
      const told = { ...toldNothing, firingUpto: firing, resolvedUpto: resolved, deadUpto: dead }
      const said: Said = {
        id: 1,
        groupId: 1,
        destinationId: HERE,
        fromFiring: firing,
        fromResolved: resolved,
        upto,
        news,
        snapshot: takeSnapshot(told, HERE, all, upto, news),
        state: 'delivered',
        inDoubt: false,
      }
      for (const one of all) {
        const place = standing(told, HERE, one, upto)
        const silent = place === null || (!news && (place === 'newlyFiring' || place === 'missed'))
        expect(spokenOf(said, one, dead)).toEqual(silent ? null : spokenAs[place])
      }
    }),
  )
})

const told = { ...toldNothing, firingUpto: 9, resolvedUpto: 9 }

it.each([
  ['fires and was told', member(1, 3, null), told, 'firing', false],
  ['fires and joined later than what was told', member(1, 10, null), told, 'nothing', false],
  ['is over since, and that is owed', member(1, 3, 12), told, 'firing', true],
  ['came and went inside one wait', member(1, 3, 4, { unreleased: true }), told, 'nothing', false],
  ['was passed over by the watermarks though nothing was said', member(1, 3, 4), told, 'nothing', false],
  ['left the group, which owes its end', member(1, null, 12, { carried: [HERE] }), told, 'firing', true],
  [
    'left while the news was on its way',
    member(1, null, 12, { carried: [HERE], unsure: [HERE] }),
    told,
    'firing',
    true,
  ],
])('by watermarks alone: an alert that %s', (_, one, watermarks, knows, owed) => {
  expect(knowledge([{ member: one, told: new Map([[HERE, watermarks]]), spoken: [] }])).toEqual([
    { destinationId: HERE, told: knows, owed, inDoubt: one.unsure !== undefined },
  ])
})
