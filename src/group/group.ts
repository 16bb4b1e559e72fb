/** The group machine: what one event does to one group life. Pure; serves the pipeline, plan, explain and simulation alike. */
import type { Reason } from '../channel/channel.ts'
import { decideReason, type NoReason } from '../notification/reason.ts'
import type { Membership } from './membership.ts'
import { isSettledWith, type LiveNotification, type Told, tally, toldNothing } from './told.ts'

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
  readonly destinations: readonly { id: number; wantsResolved: boolean; wantsMissed: boolean }[]
}

export type GroupEvent =
  | { type: 'joined'; carried: readonly number[]; urgent: boolean }
  | { type: 'closed'; urgent: boolean }
  /** A member lost its route: whoever knows it is still owed the resolve. */
  | { type: 'left' }
  /** The team's document changed: other timers, other destinations, or none. */
  | { type: 'configured'; members: Members }
  /** A timer of this group may have passed. */
  | { type: 'tick'; members: Members }
  /** A notification decided here got its id in the outbox. */
  | { type: 'enqueued'; destination: number; live: LiveNotification }
  | { type: 'claimed'; destination: number }
  | { type: 'settled'; destination: number; outcome: SettledOutcome; members: Members }

/**
 * `retry`: it certainly did not arrive, newer state may take its place. `in-doubt`: it must be sent again as it is.
 * `dead-in-doubt`: given up, but an earlier attempt may have arrived, so a resolve stays owed.
 */
export type SettledOutcome = 'delivered' | 'dead' | 'dead-in-doubt' | 'retry' | 'in-doubt'

export type Decision =
  | { type: 'notify'; destination: number; reason: Reason; upto: number; news: boolean; supersedes: number | null }
  | { type: 'withhold'; destination: number; noReason: NoReason; cancels: number | null }
  /** Fired and resolved inside one wait; told to nobody, and remembered as such. */
  | { type: 'unreleased'; episodeId: number }
  /** Nothing more will be said about this member. */
  | { type: 'forget'; episodeId: number }

export interface Step {
  readonly state: GroupState
  readonly decisions: readonly Decision[]
}

export const newGroup: GroupState = {
  seq: 0,
  flushedSeq: 0,
  changedAt: null,
  urgent: false,
  lastFlushAt: null,
  told: new Map(),
}

const noDecisions: readonly Decision[] = []

/** Applies one event. For `joined` and `closed` the change's number is the new `state.seq`. */
export function step(state: GroupState, event: GroupEvent, now: number, config: GroupConfig): Step {
  switch (event.type) {
    case 'joined': {
      const known = event.carried.length > 0 && config.destinations.every((d) => event.carried.includes(d.id))
      const next = carriedOver({ ...state, seq: state.seq + 1 }, event.carried, now)
      return { state: known ? next : changed(next, event.urgent, now), decisions: noDecisions }
    }
    case 'closed':
      return { state: changed({ ...state, seq: state.seq + 1 }, event.urgent, now), decisions: noDecisions }
    case 'left':
      return { state: changed({ ...state, seq: state.seq + 1 }, true, now), decisions: noDecisions }
    case 'configured':
      return configured(state, event.members, now, config)
    case 'tick':
      return tick(state, event.members, now, config)
    case 'enqueued':
      return { state: withLive(state, event.destination, event.live), decisions: noDecisions }
    case 'claimed': {
      const live = state.told.get(event.destination)?.live
      return {
        state: live ? withLive(state, event.destination, { ...live, held: true }) : state,
        decisions: noDecisions,
      }
    }
    case 'settled':
      return settled(state, event, now, config)
  }
}

/** When the group wants its next tick: the waiting changes' flush or the earliest repeat; null when neither. */
export function dueAt(state: GroupState, config: GroupConfig): number | null {
  let due = flushAt(state, config)
  for (const { id } of config.destinations) {
    const told = state.told.get(id)
    if (told === undefined || told.repeatFrom === null || told.live !== null) continue
    const repeatAt = told.repeatFrom + config.repeatIntervalMs
    if (due === null || repeatAt < due) due = repeatAt
  }
  return due
}

/** Later changes do not push a waiting flush back: the first one counts. */
function flushAt(state: GroupState, config: GroupConfig): number | null {
  if (state.changedAt === null) return null
  if (state.urgent) return state.changedAt
  const afterWait = state.changedAt + config.groupWaitMs
  return state.lastFlushAt === null ? afterWait : Math.max(state.lastFlushAt + config.groupIntervalMs, afterWait)
}

function changed(state: GroupState, urgent: boolean, now: number): GroupState {
  return { ...state, changedAt: state.changedAt ?? now, urgent: state.urgent || urgent }
}

/** New destinations are told at the next flush; a pending message to one that left is looked at again at once. */
function configured(state: GroupState, members: Members, now: number, config: GroupConfig): Step {
  const current = new Set(config.destinations.map((d) => d.id))
  const orphaned = [...state.told].some(
    ([id, told]) => !current.has(id) && (told.live !== null || owes(told, id, members)),
  )
  const unheard = [...current].some((id) => hasNewsFor(state, id, members))
  return {
    state: orphaned || unheard ? changed(state, orphaned, now) : state,
    decisions: forgettable(state, members),
  }
}

/** A destination that is new here, or was gone for a while. */
function hasNewsFor(state: GroupState, id: number, members: Members): boolean {
  const told = state.told.get(id) ?? toldNothing
  return told.live === null && tally(told, id, members.values(), state.flushedSeq).newlyFiring > 0
}

function owes(told: Told, id: number, members: Members): boolean {
  return tally(told, id, members.values(), Number.MAX_SAFE_INTEGER).newlyResolved > 0
}

function tick(state: GroupState, members: Members, now: number, config: GroupConfig): Step {
  const at = flushAt(state, config)
  const releases = at !== null && at <= now
  const decisions: Decision[] = releases ? unreleasedBetween(state, members) : []
  const skipped = new Set(decisions.map((d) => (d.type === 'unreleased' ? d.episodeId : 0)))
  const released = skipped.size === 0 ? members : new Map([...members].filter(([id]) => !skipped.has(id)))
  let next: GroupState = releases
    ? { ...state, flushedSeq: state.seq, changedAt: null, urgent: false, lastFlushAt: now }
    : state
  const destinations = new Set([...config.destinations.map((d) => d.id), ...state.told.keys()])
  for (const id of destinations) {
    const decided = decide(next, id, released, now, config)
    next = decided.state
    if (decided.decision !== null && (releases || decided.decision.type === 'notify')) decisions.push(decided.decision)
  }
  return { state: next, decisions: [...decisions, ...forgettable(next, released)] }
}

/** Members that came and went since the last flush, known to nobody. */
function unreleasedBetween(state: GroupState, members: Members): Decision[] {
  const decisions: Decision[] = []
  for (const m of members.values()) {
    const cameAndWent = m.joined !== null && m.joined > state.flushedSeq && m.closed !== null
    if (cameAndWent && m.carried.length === 0) decisions.push({ type: 'unreleased', episodeId: m.episodeId })
  }
  return decisions
}

/** One destination against everything released so far. */
function decide(
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
  const rule = config.destinations.find((d) => d.id === id)
  const counts = tally(told, id, members.values(), upto)
  const verdict = decideReason(counts, {
    current: rule !== undefined,
    wantsResolved: rule?.wantsResolved ?? true,
    wantsMissed: rule?.wantsMissed ?? true,
    toldBefore: told.toldAt !== null || counts.knownFiring > 0,
    repeatDue: told.repeatFrom !== null && told.repeatFrom + config.repeatIntervalMs <= now,
  })
  if ('reason' in verdict) {
    if (told.live !== null && told.live.upto === upto && told.live.news === (rule !== undefined)) {
      return { state, decision: { type: 'withhold', destination: id, noReason: 'already-pending', cancels: null } }
    }
    const { reason } = verdict
    const supersedes = told.live?.id ?? null
    return {
      state: withTold(state, id, told),
      decision: { type: 'notify', destination: id, reason, upto, news: rule !== undefined, supersedes },
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

function settled(
  state: GroupState,
  event: Extract<GroupEvent, { type: 'settled' }>,
  now: number,
  config: GroupConfig,
): Step {
  const { destination: id, outcome, members } = event
  const told = state.told.get(id)
  if (!told?.live) throw new Error(`destination ${id} settles a notification that this group does not know`)
  if (outcome === 'in-doubt') return { state, decisions: noDecisions }
  let next = withTold(state, id, settledTold(told, outcome, id, members, now))
  const decisions: Decision[] = []
  const orphaned = told.live.news && config.destinations.every((d) => d.id !== id)
  if (state.flushedSeq > told.live.upto || (outcome === 'retry' && orphaned)) {
    const again = decide(next, id, members, now, config)
    next = again.state
    if (again.decision !== null) decisions.push(again.decision)
  }
  return { state: next, decisions: [...decisions, ...forgettable(next, members)] }
}

function settledTold(
  told: Told,
  outcome: Exclude<SettledOutcome, 'in-doubt'>,
  id: number,
  members: Members,
  now: number,
): Told {
  const { live } = told
  if (live === null) return told
  if (outcome === 'retry') return { ...told, live: { ...live, held: false } }
  if (outcome === 'dead' || outcome === 'dead-in-doubt') {
    const repeatFrom = told.repeatFrom === null ? null : now
    const firingUpto = outcome === 'dead-in-doubt' && live.news ? Math.max(told.firingUpto, live.upto) : told.firingUpto
    return { ...told, live: null, firingUpto, deadUpto: Math.max(told.deadUpto, live.upto), repeatFrom }
  }
  const heard: Told = {
    ...told,
    live: null,
    firingUpto: live.news ? Math.max(told.firingUpto, live.upto) : told.firingUpto,
    resolvedUpto: Math.max(told.resolvedUpto, live.upto),
    toldAt: now,
  }
  return { ...heard, repeatFrom: tally(heard, id, members.values(), live.upto).knownFiring > 0 ? now : null }
}

/** Members that every destination of this life has heard the last of. */
function forgettable(state: GroupState, members: Members): Decision[] {
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

/** Whoever knows a member from another group life is a destination of this one too: repeats and the resolve come from here. */
function carriedOver(state: GroupState, carried: readonly number[], now: number): GroupState {
  return carried.reduce((next, id) => {
    const told = next.told.get(id) ?? toldNothing
    return withTold(next, id, { ...told, repeatFrom: told.repeatFrom ?? now })
  }, state)
}

function withTold(state: GroupState, id: number, told: Told): GroupState {
  return { ...state, told: new Map(state.told).set(id, told) }
}

function withLive(state: GroupState, id: number, live: LiveNotification): GroupState {
  return withTold(state, id, { ...(state.told.get(id) ?? toldNothing), live })
}
