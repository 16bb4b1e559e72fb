/** Whether the router may tell the outside that all is well: it hears what it expects to hear, and does its own work. Pure. */
import type { HeartbeatInForce } from './expected.ts'
import { type HeartbeatState, isSteady } from './heartbeat.ts'

/** Null if it may; else why not, as a sentence. `audited`: the last self-audit passed and is fresh. */
export function whyNotVouch(
  expected: readonly HeartbeatInForce[],
  states: { known(team: string, name: string): HeartbeatState | undefined },
  audited: boolean,
  now: number,
): string | null {
  if (!audited) return 'the last self-audit failed, or is more than 2 min ago'
  if (expected.length === 0) return 'no team document has heartbeats, so nothing says that alerts can arrive'
  const absent = expected.filter(({ team, heartbeat: { name, everyMs } }) => {
    const state = states.known(team, name)
    return state === undefined || !isSteady(state, now, everyMs)
  })
  const [first] = absent
  if (first === undefined) return null
  const others = absent.length === 1 ? '' : ` and ${absent.length - 1} more`
  return `heartbeat ${first.heartbeat.name} of team ${first.team}${others} did not come in time`
}
