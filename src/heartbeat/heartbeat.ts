/** The rules of one heartbeat: an alert that has to keep coming, when it counts as missing, and when it is back. */

/** What is known of one heartbeat. Times are epoch ms, our clock. */
export interface HeartbeatState {
  /** When it last came; null before the first time. */
  readonly beatAt: number | null
  /** When it counts as missing if nothing comes before. */
  readonly dueAt: number
  readonly missing: boolean
}

/** `beat`: its alert came, firing. `ended`: its source says that the alert is over. `look`: time has passed. */
export type HeartbeatEvent = 'beat' | 'ended' | 'look'

/** `became`: what is to be told now; null when nothing changed for anybody. */
export interface HeartbeatStep {
  readonly state: HeartbeatState
  readonly became: 'missing' | 'present' | null
}

/** A heartbeat that is expected from now on; one that never comes is missing after `everyMs` too. */
export function arm(now: number, everyMs: number): HeartbeatState {
  return { beatAt: null, dueAt: now + everyMs, missing: false }
}

/** Grants a whole `everyMs` again: we were away ourselves, or it is expected at another pace. What is missing stays so. */
export function rearm(state: HeartbeatState, now: number, everyMs: number): HeartbeatState {
  return state.missing ? state : { ...state, dueAt: now + everyMs }
}

/** Alertmanager says resolved when Prometheus stops sending the alert: that is told without waiting for `dueAt`. */
export function step(state: HeartbeatState, event: HeartbeatEvent, now: number, everyMs: number): HeartbeatStep {
  if (event === 'beat') {
    const became = state.missing ? 'present' : null
    return { state: { beatAt: now, dueAt: now + everyMs, missing: false }, became }
  }
  if (state.missing || (event === 'look' && now < state.dueAt)) return { state, became: null }
  return { state: { ...state, dueAt: Math.min(state.dueAt, now), missing: true }, became: 'missing' }
}

/** It is there and came within twice its time: what may be vouched for to others. */
export function isSteady({ beatAt, missing }: HeartbeatState, now: number, everyMs: number): boolean {
  return !missing && beatAt !== null && now - beatAt <= 2 * everyMs
}
