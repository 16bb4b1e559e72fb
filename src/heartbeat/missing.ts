/** What is told when a heartbeat does not come: the meta-alert HeartbeatMissing. */
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { formatMatcher } from '../route/matcher.ts'
import { formatDuration } from '../team/duration.ts'
import type { HeartbeatInForce } from './expected.ts'
import type { HeartbeatState } from './heartbeat.ts'

/** Its labels alone name it, so that it can be cleared when its document is gone. */
export function missingLabels(team: string, name: string): MetaAlert['labels'] {
  return { alertname: 'HeartbeatMissing', team, heartbeat: name, severity: 'critical' }
}

/** `state` as it was before it counted as missing; `because`: it was over by its source's word, or nothing came. */
export function missingAlert(
  { team, heartbeat: { name, matchers, everyMs } }: HeartbeatInForce,
  { beatAt, dueAt }: HeartbeatState,
  because: 'ended' | 'silence',
): MetaAlert {
  const every = formatDuration(everyMs)
  const since =
    beatAt === null ? `since ${timeText(dueAt - everyMs)}, when it was first expected` : `since ${timeText(beatAt)}`
  const expected = matchers.map(formatMatcher).join(', ')
  const what =
    because === 'ended'
      ? `Its alert (${expected}) was sent as resolved: Alertmanager says so when Prometheus does not send it any more.`
      : `No alert with ${expected} has come ${since}; it is expected every ${every}.`
  return {
    labels: missingLabels(team, name),
    annotations: {
      summary: `Heartbeat ${name} of team ${team} is missing: its alerts may not come either.`,
      description:
        `${what} Check that Prometheus runs and evaluates the alert's rule, that it reaches Alertmanager, and that ` +
        `Alertmanager reaches this router and sends the alert again (repeat_interval) sooner than every ${every}.`,
    },
  }
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
