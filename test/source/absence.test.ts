/** When "not listed" means that an alert is over, and when silence does. */
import { describe, expect, it } from 'vitest'
import { APART_MS, absentSince, isReconciled, listedAt, roundOf, staleAt, UP_FOR_MS } from '../../src/source/absence.ts'
import type { Answer } from '../../src/source/answer.ts'
import { anAnswer, HOUR, MINUTE } from './answers.ts'

const T = 1_000_000_000
const obstacleOf = (answers: readonly (Answer | null)[]) => roundOf(T, answers, UP_FOR_MS).obstacle
const member = (name: string, ...peers: string[]) => ({ member: name, peers: [name, ...peers] })

describe('a round means something', () => {
  it.each<[string, readonly (Answer | null)[]]>([
    ['when the only replica answered', [anAnswer(T)]],
    ['when each of two did', [anAnswer(T), anAnswer(T)]],
    ['when each is up for more than 10 min', [anAnswer(T, [], { upMs: 10 * MINUTE + 1 })]],
    [
      'when every member of the cluster did',
      [anAnswer(T, [], member('one', 'other')), anAnswer(T, [], member('other', 'one'))],
    ],
  ])('%s', (_, answers) => {
    expect(obstacleOf(answers)).toBeNull()
  })

  it.each<[string, readonly (Answer | null)[], RegExp]>([
    ['when a replica never answered', [anAnswer(T), null], /not every Alertmanager/],
    ['when a replica answered before, and not now', [anAnswer(T), anAnswer(T - MINUTE)], /not every Alertmanager/],
    ['when one is up for 10 min and no longer', [anAnswer(T), anAnswer(T, [], { upMs: 10 * MINUTE })], /lately/],
    ['when one started after it listed', [anAnswer(T, [], { upMs: -1_000 })], /lately/],
    ['when the cluster has a member without URL', [anAnswer(T, [], member('one', 'other'))], /a member, other, that/],
    [
      'when two URLs lead to one member of two',
      [anAnswer(T, [], member('one', 'other')), anAnswer(T, [], member('one', 'other'))],
      /write the URL of every member/,
    ],
  ])('not %s', (_, answers, obstacle) => {
    expect(obstacleOf(answers)).toMatch(obstacle)
  })
})

describe('listedAt', () => {
  const round = roundOf(T, [anAnswer(T, ['a']), anAnswer(T - MINUTE, ['a', 'b']), null], UP_FOR_MS)

  it.each([
    [['a'], T],
    [['b'], T - MINUTE],
    [['c', 'b'], T - MINUTE],
    [['c'], null],
  ])('%j', (keys, at) => {
    expect(listedAt(keys, round)).toBe(at)
  })
})

describe('what is missing', () => {
  const complete = roundOf(T, [anAnswer(T)], UP_FOR_MS)
  const incomplete = roundOf(T, [null], UP_FOR_MS)

  it.each([
    ['is counted from the first complete round', null, T - 1, complete, T],
    ['is not counted from a round that it was heard of in', null, T, complete, null],
    ['is not counted from an incomplete round', null, T - 1, incomplete, null],
    ['stays missing since the first round', T - 500, T - 501, complete, T - 500],
    ['stays missing over an incomplete round', T - 500, T - 501, incomplete, T - 500],
    ['is counted anew when it was heard of since', T - 500, T - 500, complete, T],
    ['is not missing when it was heard of just now', T - 500, T, complete, null],
    ['is forgotten in an incomplete round when it was heard of since', T - 500, T - 400, incomplete, null],
    ['is counted anew when the clock went back', T + HOUR, T - 1, complete, T],
  ])('%s', (_, before, lastSeenAt, round, since) => {
    expect(absentSince(before, { lastSeenAt }, round)).toBe(since)
  })

  it.each([
    [T - APART_MS, complete, true],
    [T - APART_MS + 1, complete, false],
    [T, complete, false],
    [T - HOUR, complete, true],
    [T - HOUR, incomplete, false],
    [null, complete, false],
  ])('since %d', (since, round, reconciled) => {
    expect(isReconciled(since, round, APART_MS)).toBe(reconciled)
  })

  it('takes two rounds 60 s apart and 10 min after a start', () => {
    expect([APART_MS, UP_FOR_MS]).toEqual([60_000, 600_000])
  })
})

describe('staleAt', () => {
  it.each([
    ['counts from when it was last heard of', T, 24 * HOUR, 0, T + 24 * HOUR],
    ['leaves an hour after a start for what could not be delivered before', T, 24 * HOUR, T + 48 * HOUR, T + 49 * HOUR],
    ['leaves no more than it takes', T, 10 * MINUTE, T + 48 * HOUR, T + 48 * HOUR + 10 * MINUTE],
  ])('%s', (_, heardAt, staleAfterMs, listeningSince, at) => {
    expect(staleAt(heardAt, staleAfterMs, listeningSince)).toBe(at)
  })
})
