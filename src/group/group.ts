/** The group machine: what one event does to one group life. Pure; serves the pipeline, plan, explain and simulation alike. */
import { type Decision, decide, forgettable, unreleasedBetween } from './decide.ts'
import { callFallback, relieve } from './fallback.ts'
import { type GroupConfig, type GroupState, hearing, type Members, withTold } from './state.ts'
import { flushAt } from './timers.ts'
import { type LiveNotification, type Told, tally, toldNothing } from './told.ts'

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
  | { type: 'settled'; destination: number; outcome: Settled; members: Members }
  /** The destination cannot be reached: those in `to` are told in its stead until it is back. */
  | { type: 'fallen-back'; destination: number; to: readonly number[]; members: Members }
  /** Somebody wants what the destination was not told to be tried once more. */
  | { type: 'redriven'; destination: number; members: Members }

/**
 * `retry`: it certainly did not arrive, newer state may take its place. `in-doubt`: it must be sent again as it is.
 * `dead-in-doubt`: given up, but an earlier attempt may have arrived, so a resolve stays owed.
 */
export type Settled = 'delivered' | 'dead' | 'dead-in-doubt' | 'retry' | 'in-doubt'

export function isDead(settled: Settled): boolean {
  return settled === 'dead' || settled === 'dead-in-doubt'
}

export interface Step {
  readonly state: GroupState
  readonly decisions: readonly Decision[]
}

const noDecisions: readonly Decision[] = []

/** Applies one event. For `joined` and `closed` the change's number is the new `state.seq`. */
export function step(state: GroupState, event: GroupEvent, now: number, config: GroupConfig): Step {
  switch (event.type) {
    case 'joined': {
      const known = event.carried.length > 0 && config.destinations.every((d) => event.carried.includes(d.id))
      const joined = { ...state, seq: state.seq + 1 }
      const next = event.carried.length === 0 ? joined : carriedOver(joined, event.carried, now)
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
    case 'fallen-back': {
      const called = callFallback(state, event, config)
      return decideFor(called.state, called.ids, event.members, now, config)
    }
    case 'redriven': {
      const told = state.told.get(event.destination)
      if (told === undefined || told.live !== null) return { state, decisions: noDecisions }
      return decideFor(
        withTold(state, event.destination, { ...told, deadUpto: 0 }),
        [event.destination],
        event.members,
        now,
        config,
      )
    }
  }
}

function changed(state: GroupState, urgent: boolean, now: number): GroupState {
  return { ...state, changedAt: state.changedAt ?? now, urgent: state.urgent || urgent }
}

/** New destinations are told at the next flush; a pending message to one that left is looked at again at once. */
function configured(before: GroupState, members: Members, now: number, config: GroupConfig): Step {
  const { state } = relieve(before, null, config)
  const orphaned = [...state.told].some(
    ([id, told]) => hearing(config, id, told) === undefined && (told.live !== null || owes(told, id, members)),
  )
  const unheard = config.destinations.some(({ id }) => hasNewsFor(state, id, members))
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
    if (decided.decision !== null && (releases || hasEffect(decided.decision))) decisions.push(decided.decision)
  }
  return { state: next, decisions: [...decisions, ...forgettable(next, released)] }
}

/** What must be carried out even when nothing was released: the state has moved on with it. */
function hasEffect(decision: Decision): boolean {
  return decision.type === 'notify' || (decision.type === 'withhold' && decision.cancels !== null)
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
  const orphaned = told.live.news && hearing(config, id, told) === undefined
  const again = state.flushedSeq > told.live.upto || (outcome === 'retry' && orphaned) ? [id] : []
  const next = withTold(state, id, settledTold(told, outcome, id, members, now, config))
  if (outcome !== 'delivered') return decideFor(next, again, members, now, config)
  const relieved = relieve(next, id, config)
  return decideFor(relieved.state, [...again, ...relieved.ids], members, now, config)
}

function decideFor(
  state: GroupState,
  ids: readonly number[],
  members: Members,
  now: number,
  config: GroupConfig,
): Step {
  let next = state
  const decisions: Decision[] = []
  for (const id of ids) {
    const decided = decide(next, id, members, now, config)
    next = decided.state
    if (decided.decision !== null) decisions.push(decided.decision)
  }
  return { state: next, decisions: [...decisions, ...forgettable(next, members)] }
}

function settledTold(
  told: Told,
  outcome: Exclude<Settled, 'in-doubt'>,
  id: number,
  members: Members,
  now: number,
  config: GroupConfig,
): Told {
  const { live } = told
  if (live === null) return told
  if (outcome === 'retry') return { ...told, live: { ...live, held: false } }
  if (isDead(outcome)) {
    // Tried again after repeat_interval while it fires, as if it had been told: one passing 404 must not silence an alert.
    const repeatFrom = told.repeatFrom === null && !live.news ? null : now
    const firingUpto = outcome === 'dead-in-doubt' && live.news ? Math.max(told.firingUpto, live.upto) : told.firingUpto
    const dead = { ...told, live: null, firingUpto, deadUpto: Math.max(told.deadUpto, live.upto), repeatFrom }
    // Nothing would ever try again what a destination without a place here refuses: the dead letter is all that stays.
    const isLost = hearing(config, id, told) === undefined
    return isLost ? { ...dead, resolvedUpto: Math.max(told.resolvedUpto, live.upto) } : dead
  }
  const heard: Told = {
    ...told,
    live: null,
    firingUpto: live.news ? Math.max(told.firingUpto, live.upto) : told.firingUpto,
    resolvedUpto: Math.max(told.resolvedUpto, live.upto),
    deadUpto: told.deadUpto <= live.upto ? 0 : told.deadUpto,
    toldAt: now,
  }
  return { ...heard, repeatFrom: tally(heard, id, members.values(), live.upto).knownFiring > 0 ? now : null }
}

/** Whoever knows a member from another group life is a destination of this one too: repeats and the resolve come from here. */
function carriedOver(state: GroupState, carried: readonly number[], now: number): GroupState {
  return carried.reduce((next, id) => {
    const told = next.told.get(id) ?? toldNothing
    return withTold(next, id, { ...told, repeatFrom: told.repeatFrom ?? now })
  }, state)
}

function withLive(state: GroupState, id: number, live: LiveNotification): GroupState {
  return withTold(state, id, { ...(state.told.get(id) ?? toldNothing), live })
}
