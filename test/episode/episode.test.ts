/** One alert's life, rule by rule. Times in the tables are minutes. */
import { describe, expect, it } from 'vitest'
import {
  type AlertState,
  type Change,
  closeFor,
  LATE_DUPLICATE_WINDOW_MS,
  lastCloseOf,
  observe,
  remember,
  unknownAlert,
} from '../../src/episode/episode.ts'

const closedAt = 1_000_000_000_000
const soon = closedAt + 60_000
const muchLater = closedAt + LATE_DUPLICATE_WINDOW_MS

const firing = (startsAt: number) => ({ status: 'firing', startsAt, endsAt: null }) as const
const resolved = (startsAt: number, endsAt: number) => ({ status: 'resolved', startsAt, endsAt }) as const
const open = (startsAt: number, latestStartAt = startsAt): AlertState => ({
  open: { startsAt, latestStartAt },
  lastClose: null,
})
const closed = (endsAt: number, reason: 'resolved' | 'reconciled' | 'stale' = 'resolved') => ({
  endsAt,
  closedAt,
  reason,
})
const past = (endsAt: number, reason?: 'reconciled' | 'stale'): AlertState => ({
  open: null,
  lastClose: closed(endsAt, reason),
})
const lateDuplicate: Change = { type: 'late-duplicate' }

describe('firing', () => {
  it.each<[string, AlertState, number, number, Change, AlertState['open']]>([
    [
      'opens an unknown alert',
      unknownAlert,
      10,
      soon,
      { type: 'open', startsAt: 10, reopened: false },
      { startsAt: 10, latestStartAt: 10 },
    ],
    [
      'again repeats the open episode',
      open(10),
      10,
      soon,
      { type: 'repeat', startsAt: 10, latestStartAt: 10 },
      { startsAt: 10, latestStartAt: 10 },
    ],
    [
      'with an earlier start moves the start',
      open(10),
      5,
      soon,
      { type: 'repeat', startsAt: 5, latestStartAt: 10 },
      { startsAt: 5, latestStartAt: 10 },
    ],
    [
      'with a later start is remembered as the latest',
      open(10),
      15,
      soon,
      { type: 'repeat', startsAt: 10, latestStartAt: 15 },
      { startsAt: 10, latestStartAt: 15 },
    ],
    [
      'with a start in between changes nothing',
      open(10, 15),
      12,
      soon,
      { type: 'repeat', startsAt: 10, latestStartAt: 15 },
      { startsAt: 10, latestStartAt: 15 },
    ],
    [
      'after the end of a closed life opens a new one',
      past(20),
      21,
      soon,
      { type: 'open', startsAt: 21, reopened: false },
      { startsAt: 21, latestStartAt: 21 },
    ],
    ['of a life the source closed is late', past(20), 10, soon, lateDuplicate, null],
    ['that starts where the closed life ended is late', past(20), 20, soon, lateDuplicate, null],
    [
      'of a life the source closed is late up to the last moment of ten minutes',
      past(20),
      10,
      muchLater - 1,
      lateDuplicate,
      null,
    ],
    [
      'of a life the source closed ten minutes ago reopens it',
      past(20),
      10,
      muchLater,
      { type: 'open', startsAt: 10, reopened: true },
      { startsAt: 10, latestStartAt: 10 },
    ],
    [
      'of a reconciled life reopens it at once',
      past(20, 'reconciled'),
      10,
      soon,
      { type: 'open', startsAt: 10, reopened: true },
      { startsAt: 10, latestStartAt: 10 },
    ],
    [
      'of a stale life reopens it at once',
      past(20, 'stale'),
      20,
      soon,
      { type: 'open', startsAt: 20, reopened: true },
      { startsAt: 20, latestStartAt: 20 },
    ],
  ])('%s', (_, state, startsAt, now, change, openAfter) => {
    const after = observe(state, firing(startsAt), now)
    expect(after.changes).toEqual([change])
    expect(after.state).toEqual({ open: openAfter, lastClose: state.lastClose })
  })

  const reopened: AlertState = { open: { startsAt: 30, latestStartAt: 30 }, lastClose: closed(20) }

  it('of an earlier, closed life is late even while another episode is open', () => {
    const after = observe(reopened, firing(10), soon)
    expect(after).toEqual({ state: reopened, changes: [lateDuplicate] })
  })

  it('of an earlier life never moves the start of the open episode', () => {
    const after = observe(reopened, firing(10), muchLater)
    expect(after).toEqual({ state: reopened, changes: [{ type: 'repeat', startsAt: 30, latestStartAt: 30 }] })
  })
})

describe('resolved', () => {
  it('closes the open episode', () => {
    expect(observe(open(10), resolved(10, 20), closedAt)).toEqual({
      state: { open: null, lastClose: closed(20) },
      changes: [{ type: 'close', endsAt: 20 }],
    })
  })

  it('closes an episode that began at its very end', () => {
    expect(observe(open(20), resolved(20, 20), closedAt).changes).toEqual([{ type: 'close', endsAt: 20 }])
  })

  it('closes the open episode whatever start it names', () => {
    expect(observe(open(10), resolved(15, 20), closedAt).changes).toEqual([{ type: 'close', endsAt: 20 }])
    expect(observe(open(10), resolved(5, 20), closedAt).changes).toEqual([{ type: 'close', endsAt: 20 }])
  })

  it('opens the next episode where a later start was already seen', () => {
    expect(observe(open(10, 25), resolved(10, 20), closedAt)).toEqual({
      state: { open: { startsAt: 25, latestStartAt: 25 }, lastClose: closed(20) },
      changes: [
        { type: 'close', endsAt: 20 },
        { type: 'open', startsAt: 25, reopened: false },
      ],
    })
  })

  it('closes for good when the latest start seen is not after the end', () => {
    expect(observe(open(10, 20), resolved(10, 20), closedAt).state.open).toBeNull()
  })

  it('of nothing known is recorded, and a late firing of it is not told', () => {
    const first = observe(unknownAlert, resolved(10, 20), closedAt)
    expect(first).toEqual({ state: past(20), changes: [{ type: 'record-closed', startsAt: 10, endsAt: 20 }] })
    expect(observe(first.state, firing(10), soon).changes).toEqual([lateDuplicate])
  })

  it('of an unknown life before the open episode is recorded and leaves the open one alone', () => {
    expect(observe(open(30), resolved(10, 20), closedAt)).toEqual({
      state: { open: { startsAt: 30, latestStartAt: 30 }, lastClose: closed(20) },
      changes: [{ type: 'record-closed', startsAt: 10, endsAt: 20 }],
    })
  })

  it('of a known life before the open episode is a duplicate', () => {
    const state: AlertState = { open: { startsAt: 30, latestStartAt: 30 }, lastClose: closed(20) }
    expect(observe(state, resolved(10, 20), soon)).toEqual({ state, changes: [lateDuplicate] })
  })

  it('again is a duplicate, at any age of the close', () => {
    expect(observe(past(20), resolved(10, 20), muchLater * 2)).toEqual({ state: past(20), changes: [lateDuplicate] })
  })

  it('again with a later end moves the known end', () => {
    expect(observe(past(20), resolved(10, 22), soon)).toEqual({
      state: { open: null, lastClose: { endsAt: 22, closedAt: soon, reason: 'resolved' } },
      changes: [lateDuplicate],
    })
  })

  it('of a later life than the known one is recorded', () => {
    expect(observe(past(20), resolved(21, 25), soon)).toEqual({
      state: { open: null, lastClose: { endsAt: 25, closedAt: soon, reason: 'resolved' } },
      changes: [{ type: 'record-closed', startsAt: 21, endsAt: 25 }],
    })
  })

  it.each([
    ['reconciled', 25],
    ['stale', 20],
  ] as const)('of a %s life, ended at %d, confirms it: firings of it are late from then on', (reason, endsAt) => {
    const confirmed = observe(past(20, reason), resolved(10, endsAt), soon)
    expect(confirmed.changes).toEqual([lateDuplicate])
    expect(observe(confirmed.state, firing(20), soon).changes).toEqual([lateDuplicate])
  })
})

describe('a close without the source’s word', () => {
  it.each(['reconciled', 'stale'] as const)(
    '%s: shows the given end, and holds later starts for new lives',
    (reason) => {
      const after = closeFor(open(10, 15), reason, 999, closedAt)
      expect(after.changes).toEqual([{ type: 'close', endsAt: 999 }])
      expect(after.state).toEqual(past(15, reason as 'stale'))
      expect(observe(after.state, firing(15), soon).changes).toEqual([{ type: 'open', startsAt: 15, reopened: true }])
      expect(observe(after.state, firing(16), soon).changes).toEqual([{ type: 'open', startsAt: 16, reopened: false }])
    },
  )

  it('of nothing open changes nothing', () => {
    expect(closeFor(past(20), 'stale', 999, soon)).toEqual({ state: past(20), changes: [] })
  })
})

describe('what is remembered of closes', () => {
  it('is the source’s end, or the latest start where it gave none', () => {
    const episode = { endsAt: 30, latestStartAt: 12, closedAt }
    expect(lastCloseOf({ ...episode, reason: 'resolved' }).endsAt).toBe(30)
    expect(lastCloseOf({ ...episode, reason: 'stale' }).endsAt).toBe(12)
  })

  it('is the latest end and the newest close, in whatever order they are read', () => {
    const early = { endsAt: 50, closedAt: 1, reason: 'resolved' } as const
    const late = { endsAt: 20, closedAt: 2, reason: 'reconciled' } as const
    const both = { endsAt: 50, closedAt: 2, reason: 'reconciled' }
    expect(remember(remember(null, early), late)).toEqual(both)
    expect(remember(remember(null, late), early)).toEqual(both)
  })
})

it('keeps the very state when nothing changed', () => {
  const state = open(10)
  expect(observe(state, firing(10), soon).state).toBe(state)
})
