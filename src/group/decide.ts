/** What one destination is told of the changes released so far, and which members nobody will hear of again. */
import type { Reason } from '../channel/channel.ts'
import { decideReason, type NoReason } from '../notification/reason.ts'
import { type GroupConfig, type GroupState, hearing, type Members, withTold } from './state.ts'
import { isSettledWith, tally, toldNothing } from './told.ts'

export type Decision =
  | { type: 'notify'; destination: number; reason: Reason; upto: number; news: boolean; supersedes: number | null }
  | { type: 'withhold'; destination: number; noReason: NoReason; cancels: number | null }
  /** Fired and resolved inside one wait; told to nobody, and remembered as such. */
  | { type: 'unreleased'; episodeId: number }
  /** Nothing more will be said about this member. */
  | { type: 'forget'; episodeId: number }

/** One destination against everything released so far. */
export function decide(
  state: GroupState,
  id: number,
  members: Members,
  now: number,
  config: GroupConfig,
): { state: GroupState; decision: Decision | null } {
  const told = state.told.get(id) ?? toldNothing
  const upto = state.flushedSeq
  if (told.live?.held) {
    return { state, decision: { type: 'withhold', destination: id, noReason: 'attempt-under-way', cancels: null } }
  }
  const here = hearing(config, id, told)
  const counts = tally(told, id, members.values(), upto)
  const verdict = decideReason(counts, {
    current: here !== undefined,
    wantsResolved: here?.wantsResolved ?? true,
    wantsMissed: here?.wantsMissed ?? true,
    toldBefore: told.toldAt !== null || counts.knownFiring > 0,
    repeatDue: told.repeatFrom !== null && told.repeatFrom + config.repeatIntervalMs <= now,
  })
  if ('reason' in verdict) {
    if (told.live !== null && told.live.upto === upto && told.live.news === (here !== undefined)) {
      return { state, decision: { type: 'withhold', destination: id, noReason: 'already-pending', cancels: null } }
    }
    const { reason } = verdict
    const supersedes = told.live?.id ?? null
    return {
      state: withTold(state, id, told),
      decision: { type: 'notify', destination: id, reason, upto, news: here !== undefined, supersedes },
    }
  }
  const cancels = told.live?.id ?? null
  const repeatFrom = counts.knownFiring > 0 ? told.repeatFrom : null
  const next = { ...told, live: null, resolvedUpto: Math.max(told.resolvedUpto, upto), repeatFrom }
  return {
    state: withTold(state, id, next),
    decision: { type: 'withhold', destination: id, noReason: verdict.noReason, cancels },
  }
}

/** Members that came and went since the last flush, known to nobody. */
export function unreleasedBetween(state: GroupState, members: Members): Decision[] {
  const decisions: Decision[] = []
  for (const m of members.values()) {
    const cameAndWent = m.joined !== null && m.joined > state.flushedSeq && m.closed !== null
    if (cameAndWent && m.carried.length === 0) decisions.push({ type: 'unreleased', episodeId: m.episodeId })
  }
  return decisions
}

/** Members that every destination of this life has heard the last of. */
export function forgettable(state: GroupState, members: Members): Decision[] {
  const decisions: Decision[] = []
  for (const member of members.values()) {
    const ended = member.closed !== null ? member.closed <= state.flushedSeq : member.joined === null
    if (!ended) continue
    let settledEverywhere = true
    for (const [id, told] of state.told) settledEverywhere &&= isSettledWith(told, id, member)
    if (settledEverywhere) decisions.push({ type: 'forget', episodeId: member.episodeId })
  }
  return decisions
}
