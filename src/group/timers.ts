/** When a group wants to look at itself again: the waiting flush, or the earliest repeat. */
import { type GroupConfig, type GroupState, hearing } from './state.ts'

/** When the group wants its next tick: the waiting changes' flush or the earliest repeat; null when neither. */
export function dueAt(state: GroupState, config: GroupConfig): number | null {
  let due = flushAt(state, config)
  for (const [id, told] of state.told) {
    if (told.repeatFrom === null || told.live !== null || hearing(config, id, told) === undefined) continue
    const repeatAt = told.repeatFrom + config.repeatIntervalMs
    if (due === null || repeatAt < due) due = repeatAt
  }
  return due
}

/** Later changes do not push a waiting flush back: the first one counts. */
export function flushAt(state: GroupState, config: GroupConfig): number | null {
  if (state.changedAt === null) return null
  if (state.urgent) return state.changedAt
  const afterWait = state.changedAt + config.groupWaitMs
  return state.lastFlushAt === null ? afterWait : Math.max(state.lastFlushAt + config.groupIntervalMs, afterWait)
}
