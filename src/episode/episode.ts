/** The rules of one alert's life: which firing belongs to which episode, what closes it, and what comes too late to count. */

/** The one open episode of an alert. Times are the source's, epoch ms. */
export interface OpenEpisode {
  /** Earliest start seen. */
  readonly startsAt: number
  /** Latest start seen: if the episode is closed at an earlier end, the next one began here. */
  readonly latestStartAt: number
}

export type CloseReason = 'resolved' | 'reconciled' | 'stale'

/** How far an alert's past is known to be over. */
export interface LastClose {
  /**
   * A life that started at or before this is over: the latest end the source gave. Where it gave none (reconciled,
   * stale) it is the latest start it told, so that only the source's own times meet; what history shows as the end of
   * such an episode is another time.
   */
  readonly endsAt: number
  /** When we learnt it, our clock. */
  readonly closedAt: number
  readonly reason: CloseReason
}

/** All that the rules need of an alert's past. `lastClose` may be forgotten `memoryOf` its reason after its `closedAt`. */
export interface AlertState {
  readonly open: OpenEpisode | null
  readonly lastClose: LastClose | null
}

/** What the source says. `endsAt` is null while firing. */
export interface Observation {
  readonly status: 'firing' | 'resolved'
  readonly startsAt: number
  readonly endsAt: number | null
}

export type Change =
  /** An episode opens. `reopened`: of a life that was held to be over. */
  | { readonly type: 'open'; readonly startsAt: number; readonly reopened: boolean }
  /** The open episode was seen again; its times are these now. */
  | { readonly type: 'repeat'; readonly startsAt: number; readonly latestStartAt: number }
  /** The open episode closes. */
  | { readonly type: 'close'; readonly endsAt: number }
  /** A life of which only the end was seen: stored closed, told to nobody. */
  | { readonly type: 'record-closed'; readonly startsAt: number; readonly endsAt: number }
  /** About a life that is over and known: counted only. The state may still have learnt a later end. */
  | { readonly type: 'late-duplicate' }

/** The state to keep (the same object if nothing changed) and what happened, in order: `close` may be followed by `open`. */
export interface Observed {
  readonly state: AlertState
  readonly changes: readonly Change[]
}

/** How long after a close by the source a firing of the closed life is held to be late rather than news. */
export const LATE_DUPLICATE_WINDOW_MS = 10 * 60_000

/**
 * How long an alert that was reconciled is looked for at its source. Alertmanager may still believe that we know it to
 * fire, and says nothing if it does again, for as long as it keeps its notification log: 120 h by default (AM-D7, AM-D9).
 */
export const RETURN_WINDOW_MS = 120 * 3_600_000

/** How long a close for this reason has to be remembered, ms. */
export function memoryOf(reason: CloseReason): number {
  return reason === 'reconciled' ? RETURN_WINDOW_MS : LATE_DUPLICATE_WINDOW_MS
}

export const unknownAlert: AlertState = { open: null, lastClose: null }

/**
 * Takes one alert as the source sent it. Replicas repeat and reorder: whatever the order, the alert is open after it
 * exactly if the latest start seen lies after the latest end seen. `now` is our clock and meets `closedAt` only.
 */
export function observe(state: AlertState, alert: Observation, now: number): Observed {
  return alert.status === 'firing'
    ? observeFiring(state, alert.startsAt, now)
    : observeResolved(state, alert.startsAt, alert.endsAt ?? alert.startsAt, now)
}

/** Closes the open episode for a reason other than the source's word; `endsAt` is what history is to show. */
export function closeFor(
  state: AlertState,
  reason: Exclude<CloseReason, 'resolved'>,
  endsAt: number,
  now: number,
): Observed {
  if (state.open === null) return { state, changes: [] }
  const close = lastCloseOf({ endsAt, latestStartAt: state.open.latestStartAt, closedAt: now, reason })
  return { state: { open: null, lastClose: remember(state.lastClose, close) }, changes: [{ type: 'close', endsAt }] }
}

/** A closed episode, as stored, seen as `LastClose`. */
export function lastCloseOf(episode: {
  readonly endsAt: number
  readonly latestStartAt: number
  readonly closedAt: number
  readonly reason: CloseReason
}): LastClose {
  const { endsAt, latestStartAt, closedAt, reason } = episode
  return { endsAt: reason === 'resolved' ? endsAt : latestStartAt, closedAt, reason }
}

/** What two closes of one alert say together; to rebuild an alert's state, fold its closed episodes in any order. */
export function remember(lastClose: LastClose | null, close: LastClose): LastClose {
  if (lastClose === null) return close
  const [newer, older] = close.closedAt >= lastClose.closedAt ? [close, lastClose] : [lastClose, close]
  return newer.endsAt >= older.endsAt ? newer : { ...newer, endsAt: older.endsAt }
}

const lateDuplicate: readonly Change[] = [{ type: 'late-duplicate' }]

function observeFiring(state: AlertState, startsAt: number, now: number): Observed {
  const { open, lastClose } = state
  const ofClosedLife = lastClose !== null && startsAt <= lastClose.endsAt
  if (ofClosedLife && lastClose.reason === 'resolved' && now - lastClose.closedAt < LATE_DUPLICATE_WINDOW_MS) {
    return { state, changes: lateDuplicate }
  }
  if (open === null) {
    return {
      state: { open: { startsAt, latestStartAt: startsAt }, lastClose },
      changes: [{ type: 'open', startsAt, reopened: ofClosedLife }],
    }
  }
  const earliest = ofClosedLife ? open.startsAt : Math.min(open.startsAt, startsAt)
  const latestStartAt = Math.max(open.latestStartAt, startsAt)
  const same = earliest === open.startsAt && latestStartAt === open.latestStartAt
  return {
    state: same ? state : { open: { startsAt: earliest, latestStartAt }, lastClose },
    changes: [{ type: 'repeat', startsAt: earliest, latestStartAt }],
  }
}

function observeResolved(state: AlertState, startsAt: number, endsAt: number, now: number): Observed {
  const { open, lastClose } = state
  if (open !== null && endsAt >= open.startsAt) return closeAt(state, open, endsAt, now)
  // Nothing is open, or only a later life is: this one is told of its end alone, or was told before.
  const close: LastClose = { endsAt, closedAt: now, reason: 'resolved' }
  if (lastClose === null || startsAt > lastClose.endsAt) {
    return {
      state: { open, lastClose: remember(lastClose, close) },
      changes: [{ type: 'record-closed', startsAt, endsAt }],
    }
  }
  const known = lastClose.reason === 'resolved' && endsAt <= lastClose.endsAt
  return { state: known ? state : { open, lastClose: remember(lastClose, close) }, changes: lateDuplicate }
}

function closeAt(state: AlertState, open: OpenEpisode, endsAt: number, now: number): Observed {
  const lastClose = remember(state.lastClose, { endsAt, closedAt: now, reason: 'resolved' })
  const next = open.latestStartAt
  if (next <= endsAt) return { state: { open: null, lastClose }, changes: [{ type: 'close', endsAt }] }
  return {
    state: { open: { startsAt: next, latestStartAt: next }, lastClose },
    changes: [
      { type: 'close', endsAt },
      { type: 'open', startsAt: next, reopened: false },
    ],
  }
}
