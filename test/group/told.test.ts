/** What a destination was told and is owed, read off two watermarks. */
import { describe, expect, it } from 'vitest'
import type { Membership } from '../../src/group/membership.ts'
import {
  isDebt,
  isSettledWith,
  knowers,
  knowsFiring,
  mayKnowFiring,
  standing,
  type Told,
  tally,
  toldNothing,
} from '../../src/group/told.ts'

const SLACK = 1

function member(special: Partial<Membership> = {}): Membership {
  return { episodeId: 1, groupId: 1, joined: 3, closed: null, versionId: 1, carried: [], unreleased: false, ...special }
}

function told(special: Partial<Told> = {}): Told {
  return { ...toldNothing, ...special }
}

const sending = { id: 9, upto: 5, news: true, held: true }

describe('where a member stands', () => {
  it.each<[string, Partial<Told>, Partial<Membership>, string | null]>([
    ['fires, nobody was told', {}, {}, 'newlyFiring'],
    ['fires and was told', { firingUpto: 3 }, {}, 'knownFiring'],
    ['was told and is over', { firingUpto: 3, resolvedUpto: 3 }, { closed: 4 }, 'newlyResolved'],
    ['was told of both', { firingUpto: 4, resolvedUpto: 4 }, { closed: 4 }, null],
    ['came and went after a release', {}, { closed: 4 }, 'missed'],
    ['came and went, told as missed', { resolvedUpto: 4 }, { closed: 4 }, null],
    ['came and went, given up', { deadUpto: 4 }, { closed: 4 }, null],
    ['came and went inside one wait', {}, { closed: 4, unreleased: true }, null],
    ['joined after the last flush', {}, { joined: 11 }, null],
    ['was told, and its end is not released', { firingUpto: 3 }, { closed: 11 }, 'knownFiring'],
    ['known from another group', {}, { carried: [SLACK] }, 'knownFiring'],
    ['known from another group, over', {}, { carried: [SLACK], closed: 4 }, 'newlyResolved'],
    ['known by others only', {}, { carried: [7] }, 'newlyFiring'],
    ['left, nobody knew', {}, { joined: null }, null],
    ['left, known', {}, { joined: null, carried: [SLACK] }, null],
    ['left, known, over', {}, { joined: null, carried: [SLACK], closed: 4 }, 'newlyResolved'],
    ['came back, and it is unsure whether it is known', {}, { carried: [SLACK], unsure: [SLACK] }, 'newlyFiring'],
    ['came back unsure and was told', { firingUpto: 3 }, { carried: [SLACK], unsure: [SLACK] }, 'knownFiring'],
    ['came back unsure and is over', {}, { carried: [SLACK], unsure: [SLACK], closed: 4 }, 'newlyResolved'],
    ['dead-lettered while firing', { deadUpto: 5 }, {}, 'newlyFiring'],
  ])('%s', (_, watermarks, special, place) => {
    expect(standing(told(watermarks), SLACK, member(special), 10)).toBe(place)
  })

  it('counts each place', () => {
    const members = [
      member(),
      member({ joined: 1 }),
      member({ joined: 2, closed: 4 }),
      member({ closed: 5 }),
      member({ joined: 11 }),
    ]
    expect(tally(told({ firingUpto: 2 }), SLACK, members, 10)).toEqual({
      newlyFiring: 1,
      knownFiring: 1,
      newlyResolved: 1,
      missed: 1,
    })
  })
})

describe('who knows', () => {
  it('an attempt under way counts as told, one that waits does not', () => {
    expect(mayKnowFiring(told({ live: sending }), SLACK, member())).toBe(true)
    expect(mayKnowFiring(told({ live: { ...sending, held: false } }), SLACK, member())).toBe(false)
    expect(mayKnowFiring(told({ live: { ...sending, news: false } }), SLACK, member())).toBe(false)
    expect(mayKnowFiring(told({ live: sending }), SLACK, member({ joined: 6 }))).toBe(false)
    expect(knowsFiring(told({ live: sending }), SLACK, member())).toBe(false)
  })

  it('lists all who may, and who is certain', () => {
    const all = new Map([
      [1, told({ firingUpto: 3 })],
      [2, told({ live: sending })],
      [3, told({ firingUpto: 2 })],
      [4, told()],
      [5, told()],
    ])
    expect(knowers(all, member({ carried: [4, 5], unsure: [5] }))).toEqual([
      { id: 1, certain: true },
      { id: 2, certain: false },
      { id: 4, certain: true },
      { id: 5, certain: false },
    ])
  })
})

describe('what is owed', () => {
  it.each<[string, Partial<Told>, Partial<Membership>, boolean]>([
    ['told firing, over, not told so', { firingUpto: 3 }, { closed: 4 }, true],
    ['told both', { firingUpto: 3, resolvedUpto: 4 }, { closed: 4 }, false],
    ['still firing', { firingUpto: 3 }, {}, false],
    ['never told', {}, { closed: 4 }, false],
    ['known from elsewhere', {}, { carried: [SLACK], closed: 4 }, true],
    ['a refused resolve stays owed', { firingUpto: 3, deadUpto: 9 }, { closed: 4 }, true],
  ])('%s', (_, watermarks, special, owed) => {
    expect(isDebt(told(watermarks), SLACK, member(special))).toBe(owed)
  })

  it.each<[string, Partial<Told>, Partial<Membership>, boolean]>([
    ['fires', { firingUpto: 3 }, {}, false],
    ['told of its end', { firingUpto: 3, resolvedUpto: 4 }, { closed: 4 }, true],
    ['owed its end', { firingUpto: 3 }, { closed: 4 }, false],
    ['missed and said so', { resolvedUpto: 4 }, { closed: 4 }, true],
    ['missed and not yet said', {}, { closed: 4 }, false],
    ['given up', { deadUpto: 4 }, { closed: 4 }, true],
    ['given up, but told firing', { firingUpto: 3, deadUpto: 4 }, { closed: 4 }, false],
    ['left and unknown', {}, { joined: null }, true],
    ['left and known', {}, { joined: null, carried: [SLACK] }, false],
  ])('settled: %s', (_, watermarks, special, settled) => {
    expect(isSettledWith(told(watermarks), SLACK, member(special))).toBe(settled)
  })
})
