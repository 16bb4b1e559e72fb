/** Why a destination is told something now, or why it is not: a pure function of what it was told and what is true. */
import type { Reason } from '../channel/channel.ts'
import type { Tally } from '../group/told.ts'

/**
 * Why a flush said nothing to a destination:
 * - `already-told`: what it was told is still true, and no repeat is due.
 * - `attempt-under-way`: an attempt is being made or its outcome is unknown; decided again when that is settled.
 * - `already-pending`: the pending notification says exactly this.
 * - `resolve-not-wanted`: `send_resolved: false`.
 * - `missed-not-told`: it came and went unseen and this channel has no word for that (PagerDuty).
 * - `not-routed-here`: the route or receiver is gone; only resolves that are owed go out.
 */
export type NoReason =
  | 'already-told'
  | 'attempt-under-way'
  | 'already-pending'
  | 'resolve-not-wanted'
  | 'missed-not-told'
  | 'not-routed-here'

/** What the decision needs to know of the destination's place in the group. */
export interface Standing {
  /** False when the route no longer leads here: no firing news, only debts. */
  readonly current: boolean
  /** False for `send_resolved: false`. */
  readonly wantsResolved: boolean
  /** False for channels that cannot say "fired and resolved, unseen". */
  readonly wantsMissed: boolean
  /** Something was told in this group life, or carried over into it. */
  readonly toldBefore: boolean
  readonly repeatDue: boolean
}

export function decideReason(counts: Tally, standing: Standing): { reason: Reason } | { noReason: NoReason } {
  const { newlyFiring, knownFiring, newlyResolved, missed } = counts
  if (standing.current && newlyFiring > 0) return { reason: standing.toldBefore ? 'new-alerts' : 'first' }
  if (newlyResolved > 0 && standing.wantsResolved) return { reason: knownFiring > 0 ? 'some-resolved' : 'all-resolved' }
  if (standing.current && missed > 0 && standing.wantsMissed) return { reason: 'missed' }
  if (standing.current && knownFiring > 0 && standing.repeatDue) return { reason: 'repeat' }
  if (newlyResolved > 0) return { noReason: 'resolve-not-wanted' }
  if (missed > 0 && standing.current) return { noReason: 'missed-not-told' }
  if (!standing.current && newlyFiring > 0) return { noReason: 'not-routed-here' }
  return { noReason: 'already-told' }
}
