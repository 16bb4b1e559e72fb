/** What one destination has been told of one group life, and what it is still owed: the truth behind every notification. */
import type { Membership } from './membership.ts'

/** The notification not yet settled for this destination. At most one lives at a time; newer state supersedes it unless held. */
export interface LiveNotification {
  readonly id: number
  /** Up to which change it speaks. */
  readonly upto: number
  /** It may announce firing alerts (the destination was part of the route when it was decided). */
  readonly news: boolean
  /** Claimed, or in doubt after an unknown outcome: it must be settled before anything newer. */
  readonly held: boolean
}

/** Watermarks of one (group, destination) over the group's numbered changes; a group of 60,000 settles in one small write. */
export interface Told {
  /** Members joined at or before this were told firing. */
  readonly firingUpto: number
  /** Members told firing and closed at or before this were told resolved. */
  readonly resolvedUpto: number
  /** Up to here a permanent error ended the matter; only what was told firing stays owed. */
  readonly deadUpto: number
  readonly toldAt: number | null
  /** Repeats count from here; null when the last word left nothing firing. */
  readonly repeatFrom: number | null
  /** The destination that could not be reached and in whose stead this one is told; null where the route leads here. */
  readonly fallbackFor: number | null
  readonly live: LiveNotification | null
}

export const toldNothing: Told = {
  firingUpto: 0,
  resolvedUpto: 0,
  deadUpto: 0,
  toldAt: null,
  repeatFrom: null,
  fallbackFor: null,
  live: null,
}

/** Was this destination told that the member fires? */
export function knowsFiring(told: Told, destinationId: number, member: Membership): boolean {
  return (member.joined !== null && member.joined <= told.firingUpto) || member.carried.includes(destinationId)
}

/** As `knowsFiring`, but an attempt under way or in doubt counts as told. */
export function mayKnowFiring(told: Told, destinationId: number, member: Membership): boolean {
  if (knowsFiring(told, destinationId, member)) return true
  const { live } = told
  return live?.held === true && live.news && member.joined !== null && member.joined <= live.upto
}

/** `certain` is false while the attempt that tells it is under way or in doubt. */
export interface Knower {
  readonly id: number
  readonly certain: boolean
}

/** The destinations that know, or may know, that the member fires: what a re-route may carry over or must keep owing. */
export function knowers(all: ReadonlyMap<number, Told>, member: Membership): Knower[] {
  const found: Knower[] = []
  for (const [id, told] of all) {
    if (!mayKnowFiring(told, id, member)) continue
    const certain = knowsFiring(told, id, member) && !isUnsure(told, id, member)
    found.push({ id, certain })
  }
  return found
}

function isUnsure(told: Told, destinationId: number, { joined, unsure }: Membership): boolean {
  return (unsure?.includes(destinationId) ?? false) && (joined === null || joined > told.firingUpto)
}

/** Nothing more will ever be said to this destination about this member. */
export function isSettledWith(told: Told, destinationId: number, member: Membership): boolean {
  if (member.closed === null) return member.joined === null && !mayKnowFiring(told, destinationId, member)
  if (knowsFiring(told, destinationId, member)) return member.closed <= told.resolvedUpto
  return member.joined === null || member.closed <= Math.max(told.resolvedUpto, told.deadUpto)
}

/** A debt: told firing, closed since, and not yet told so. Paid whatever happens to route, team, receiver or mute. */
export function isDebt(told: Told, destinationId: number, member: Membership): boolean {
  return member.closed !== null && member.closed > told.resolvedUpto && knowsFiring(told, destinationId, member)
}

/** How the members released so far stand towards one destination. */
export interface Tally {
  /** Fires and the destination does not know. */
  newlyFiring: number
  /** Fires and the destination knows. */
  knownFiring: number
  /** A debt. */
  newlyResolved: number
  /** Fired and resolved, was released for telling, but nothing got through. */
  missed: number
}

/**
 * Where one member stands in a tally; null when there is nothing to say of it. Changes after `upto` are not released yet.
 * Of a member that left, only its end is news.
 */
export function standing(told: Told, destinationId: number, member: Membership, upto: number): keyof Tally | null {
  const closed = member.closed !== null && member.closed <= upto ? member.closed : null
  if (knowsFiring(told, destinationId, member)) {
    if (closed !== null) return closed > told.resolvedUpto ? 'newlyResolved' : null
    if (member.joined === null) return null
    if (member.joined > upto) return 'knownFiring'
    return isUnsure(told, destinationId, member) ? 'newlyFiring' : 'knownFiring'
  }
  if (member.joined === null || member.joined > upto || member.unreleased) return null
  if (closed === null) return 'newlyFiring'
  return closed > Math.max(told.resolvedUpto, told.deadUpto) ? 'missed' : null
}

export function tally(told: Told, destinationId: number, members: Iterable<Membership>, upto: number): Tally {
  const counts: Tally = { newlyFiring: 0, knownFiring: 0, newlyResolved: 0, missed: 0 }
  for (const member of members) {
    const place = standing(told, destinationId, member, upto)
    if (place !== null) counts[place]++
  }
  return counts
}
