/** Rows of the router's dashboard: receivers, what watches over it, and what it stores. */
import type { Row } from './board.ts'
import { stateTimeline, timeSeries } from './panel.ts'
import { quantile, rate } from './promql.ts'
import { channels, ofRouter, ofTeam } from './router-series.ts'
import { states } from './state.ts'
import { table } from './table.ts'

const minute = (counter: string, by: readonly string[]) => `60 * ${rate(counter, by)}`

export const circuits: Row = {
  title: 'Receivers',
  panels: [
    stateTimeline({
      title: 'Circuits',
      description:
        'Open: the receiver failed 3 times in a row and is left alone but for a probe. Its team, or its fallback, hears of it elsewhere.',
      unit: 'short',
      width: 12,
      queries: [
        {
          expr: `max by (team, receiver, channel, destination) (alertrouter_circuit_state{${ofTeam}})`,
          legend: '{{team}} {{receiver}} {{channel}} {{destination}}',
        },
      ],
      mappings: states({ 0: ['Closed', 'green'], 1: ['Half open', 'orange'], 2: ['Open', 'red'] }),
      seeAlso: ['AlertRouterCircuitOpen', 'AlertRouterDeliveryFailing'],
    }),
    timeSeries({
      title: 'Dead letters',
      description: 'Living groups that were given up on for a destination. Mend the receiver, then redrive them.',
      unit: 'short',
      width: 6,
      min: 0,
      queries: [
        { expr: `max by (team, channel) (alertrouter_dead_letters{${ofTeam}})`, legend: '{{team}} {{channel}}' },
      ],
      alerts: ['AlertRouterDeadLetters'],
    }),
    timeSeries({
      title: 'Asked to wait, p95',
      description: 'How long receivers asked to be left alone (Retry-After): too much is sent to one place.',
      unit: 's',
      width: 6,
      min: 0,
      queries: [
        {
          expr: quantile(0.95, 'alertrouter_retry_after_seconds', channels, { by: ['channel'], window: '1h' }),
          legend: '{{channel}}',
        },
      ],
      whenEmpty: 'No receiver asked for it.',
    }),
  ],
}

export const watching: Row = {
  title: 'Watched over',
  panels: [
    timeSeries({
      title: 'Heartbeats missing',
      description:
        'Alerts that have to keep coming and did not. Until they come again, other alerts of that source may be missing as well.',
      unit: 'short',
      width: 6,
      min: 0,
      queries: [{ expr: `max(alertrouter_heartbeats_missing{${ofRouter}})`, legend: 'missing' }],
      alerts: ['AlertRouterHeartbeatMissing'],
    }),
    timeSeries({
      title: 'Own heartbeat',
      description:
        'Pings to the outside per minute, if HEARTBEAT_URL is set: ok, failed, or withheld because not all was well.',
      unit: 'short',
      width: 6,
      min: 0,
      queries: [{ expr: minute(`alertrouter_heartbeat_ping_total{${ofRouter}}`, ['result']), legend: '{{result}}' }],
      whenEmpty: 'No outside heartbeat is set up.',
    }),
    timeSeries({
      title: 'Since the last webhook',
      description: 'By source. With a Watchdog it stays below the repeat interval of Alertmanager.',
      unit: 's',
      width: 6,
      min: 0,
      queries: [
        {
          expr: `min by (source) (time() - alertrouter_last_webhook_timestamp_seconds{${ofRouter}})`,
          legend: '{{source}}',
        },
      ],
    }),
    stateTimeline({
      title: 'Self-audit, documents, Alertmanagers',
      description:
        'Whether the router found nothing wrong with itself, took every team document, and was answered by the Alertmanagers it asks.',
      unit: 'short',
      width: 6,
      queries: [
        { expr: `min(alertrouter_self_audit_ok{${ofRouter}})`, legend: 'self-audit' },
        {
          expr: `min by (team) (alertrouter_team_document_accepted{${ofRouter}, team=~"$team"})`,
          legend: 'document {{team}}',
        },
        {
          expr: `min by (source, replica) (alertrouter_source_up{${ofRouter}})`,
          legend: 'Alertmanager {{source}} {{replica}}',
        },
      ],
      mappings: states({ 0: ['Not well', 'red'], 1: ['Well', 'green'] }),
      seeAlso: ['AlertRouterStoreFailing'],
    }),
  ],
}

export const storage: Row = {
  title: 'Store and process',
  panels: [
    timeSeries({
      title: 'Commit time',
      description: 'One durable commit. A p99 near a second is a disk that is too slow, or shared with too much.',
      unit: 's',
      width: 6,
      min: 0,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantile(q, 'alertrouter_commit_seconds', ofRouter),
        legend: `p${q * 100}`,
      })),
      seeAlso: ['AlertRouterStoreFailing'],
    }),
    timeSeries({
      title: 'Free disk',
      description: 'When room runs out the router answers 503, and Alertmanager keeps the alerts meanwhile.',
      unit: 'bytes',
      width: 6,
      min: 0,
      queries: [{ expr: `min(alertrouter_disk_free_bytes{${ofRouter}})`, legend: 'free' }],
    }),
    timeSeries({
      title: 'Database',
      description: 'Grows until retention lets go of as much as comes. The log is emptied again and again.',
      unit: 'bytes',
      width: 6,
      min: 0,
      queries: [
        { expr: `max(alertrouter_db_size_bytes{${ofRouter}})`, legend: 'database' },
        { expr: `max(alertrouter_db_wal_bytes{${ofRouter}})`, legend: 'write-ahead log' },
      ],
    }),
    timeSeries({
      title: 'Alerts that wait for a commit',
      description:
        'A few at a time. When 50 000 wait, or one for 5 s, webhooks are answered 503 until the disk has kept up.',
      unit: 'short',
      width: 6,
      min: 0,
      queries: [{ expr: `max(alertrouter_commit_backlog_alerts{${ofRouter}})`, legend: 'waiting' }],
      seeAlso: ['AlertRouterStoreFailing'],
    }),
    timeSeries({
      title: 'Memory',
      description: 'A line that only rises is a leak.',
      unit: 'bytes',
      width: 6,
      min: 0,
      queries: [
        { expr: `process_resident_memory_bytes{${ofRouter}}`, legend: '{{instance}} resident' },
        { expr: `nodejs_heap_size_used_bytes{${ofRouter}}`, legend: '{{instance}} heap in use' },
      ],
      seeAlso: ['HighMemoryUsage'],
    }),
    timeSeries({
      title: 'Event loop lag, p99',
      description: 'While it is high, everything waits: something computes for long.',
      unit: 's',
      width: 6,
      min: 0,
      queries: [{ expr: `alertrouter_event_loop_lag_p99_seconds{${ofRouter}}`, legend: '{{instance}}' }],
    }),
    timeSeries({
      title: 'Processor',
      description: '100 % is one processor: a single Node process can use little more.',
      unit: 'percentunit',
      width: 6,
      min: 0,
      queries: [{ expr: rate(`process_cpu_seconds_total{${ofRouter}}`, ['instance']), legend: '{{instance}}' }],
    }),
    table(
      {
        title: 'Routers',
        description: 'What runs.',
        unit: 'short',
        width: 6,
        queries: [{ expr: `alertrouter_build_info{${ofRouter}}`, legend: '' }],
      },
      { labels: { instance: 'Router', version: 'Version', node: 'Node' }, values: [null] },
    ),
  ],
}
