/** What a group life is between two events, and what it reads from its team's document. */
import type { Membership } from './membership.ts'
import type { Told } from './told.ts'

/** A group life between two events. Members are handed to the events that need them: they may be 60,000. */
export interface GroupState {
  /** Number of the latest membership change. */
  readonly seq: number
  /** Changes up to here were released by a flush. */
  readonly flushedSeq: number
  /** When the first change came that no flush has released, epoch ms. */
  readonly changedAt: number | null
  /** A change waits that `flush_now` matched: no waiting. */
  readonly urgent: boolean
  readonly lastFlushAt: number | null
  /** By destination id. */
  readonly told: ReadonlyMap<number, Told>
}

/** By episode id. */
export type Members = ReadonlyMap<number, Membership>

/** What a group reads from its team's current document at each step. Durations in ms. */
export interface GroupConfig {
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  /** Where the route leads now; empty for a group whose route is gone. */
  readonly destinations: readonly GroupDestination[]
  /** Who may be told in the stead of one that cannot be reached: the receiver's `fallback`, and that one's. */
  readonly fallbacks: readonly GroupDestination[]
}

export interface GroupDestination {
  readonly id: number
  readonly wantsResolved: boolean
  readonly wantsMissed: boolean
}

/** The destination as one that hears news: by the route, or in another's stead. Undefined: it is only paid what it is owed. */
export function hearing(config: GroupConfig, id: number, told: Told | undefined): GroupDestination | undefined {
  const routed = config.destinations.find((destination) => destination.id === id)
  if (routed !== undefined || told === undefined || told.fallbackFor === null) return routed
  return config.fallbacks.find((destination) => destination.id === id)
}

export const newGroup: GroupState = {
  seq: 0,
  flushedSeq: 0,
  changedAt: null,
  urgent: false,
  lastFlushAt: null,
  told: new Map(),
}

export function withTold(state: GroupState, id: number, told: Told): GroupState {
  return { ...state, told: new Map(state.told).set(id, told) }
}
