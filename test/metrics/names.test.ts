/** Every metric by name, and that Prometheus can read them: a new metric is one more line here. */
import { describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '../../src/metrics.ts'

const ours = {
  // What runs, and the process.
  build_info: 'gauge',
  event_loop_lag_p99_seconds: 'gauge',
  config_last_reload_successful: 'gauge',
  config_last_reload_success_timestamp_seconds: 'gauge',
  team_document_accepted: 'gauge',
  self_audit_ok: 'gauge',
  // Who was refused.
  auth_failures_total: 'counter',
  // Ingest.
  webhook_requests_total: 'counter',
  webhook_duration_seconds: 'histogram',
  last_webhook_timestamp_seconds: 'gauge',
  alerts_received_total: 'counter',
  alerts_repeated_total: 'counter',
  alerts_truncated_total: 'counter',
  alerts_quarantined_total: 'counter',
  fingerprint_mismatch_total: 'counter',
  source_up: 'gauge',
  // Alerts, groups, heartbeats.
  episodes_open: 'gauge',
  episodes_closed_total: 'counter',
  episode_duration_seconds: 'histogram',
  groups_open: 'gauge',
  debts: 'gauge',
  heartbeats_missing: 'gauge',
  heartbeat_ping_total: 'counter',
  heartbeat_last_ping_timestamp_seconds: 'gauge',
  // What waits to be sent.
  notifications_pending: 'gauge',
  attempts_in_flight: 'gauge',
  notification_oldest_due_age_seconds: 'gauge',
  notification_oldest_pending_age_seconds: 'gauge',
  circuit_state: 'gauge',
  dead_letters: 'gauge',
  // Attempts, and what became of them.
  attempts_total: 'counter',
  attempt_duration_seconds: 'histogram',
  retry_after_seconds: 'histogram',
  possible_duplicates_total: 'counter',
  notifications_total: 'counter',
  notifications_fallback_total: 'counter',
  notifications_dead_total: 'counter',
  receipt_to_delivery_seconds: 'histogram',
  alert_age_at_delivery_seconds: 'histogram',
  // The database.
  commit_seconds: 'histogram',
  commit_batch_size: 'histogram',
  commit_backlog_alerts: 'gauge',
  db_size_bytes: 'gauge',
  db_wal_bytes: 'gauge',
  disk_free_bytes: 'gauge',
  retention_deleted_total: 'counter',
  search_unindexed_episodes: 'gauge',
} as const

interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly lines: readonly string[]
}

async function families(metrics: Metrics): Promise<Family[]> {
  const text = await metrics.registry.metrics()
  return text
    .trim()
    .split(/^(?=# HELP )/m)
    .map((family) => {
      const [, name = '', help = '', type = '', lines = ''] =
        /^# HELP (\S+) (.*)\n# TYPE \1 (\w+)\n([^#]*)$/.exec(family.endsWith('\n') ? family : `${family}\n`) ?? []
      expect(name, `well-formed: ${family}`).not.toBe('')
      return { name, type, help, lines: lines.split('\n').filter((line) => line !== '') }
    })
}

/** Lets every metric have a sample, with a label value that would break the format if it were not escaped. */
function used(): Metrics {
  const metrics = createMetrics('1.2.3')
  metrics.answered('a "source"\\\n', 200, 1)
  metrics.timeCommit(1)()
  metrics.loaded(true, 1)
  return metrics
}

describe('the metrics', () => {
  it('are these, and no others', async () => {
    const found = (await families(used())).filter(({ name }) => name.startsWith('alertrouter_'))
    const types = Object.fromEntries(found.map(({ name, type }) => [name.replace('alertrouter_', ''), type]))
    expect(types).toEqual(ours)
  })

  it('hold what Prometheus expects of any process', async () => {
    const names = (await families(used())).map(({ name }) => name)
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_memory_limit_bytes',
      'process_open_fds',
    ]) {
      expect(names).toContain(name)
    }
    expect(names).toContain('nodejs_heap_size_used_bytes')
  })

  it('are text that Prometheus reads: every line a sample of its own family', async () => {
    const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"`
    const value = String.raw`(?:[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[-+]Inf|Na[nN])`
    const sample = new RegExp(String.raw`^([a-z_][a-z0-9_]*)(?:\{${label}(?:,${label})*\})? ${value}$`)
    for (const { name, type, lines } of await families(used())) {
      const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
      for (const line of lines) {
        expect(line).toMatch(sample)
        expect(suffixes.map((suffix) => name + suffix)).toContain(sample.exec(line)?.[1])
      }
      const series = lines.map((line) => line.slice(0, line.lastIndexOf(' ')))
      expect(new Set(series).size, name).toBe(series.length)
    }
  })

  // https://github.com/prometheus/prometheus/blob/main/cmd/promtool/main.go asks client_golang's promlint for these.
  it('are named as promtool wants them', async () => {
    for (const { name, type, help } of await families(used())) {
      expect(help, name).not.toBe('')
      expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter')
      expect(name, 'no type in a name').not.toMatch(/_(counter|gauge|histogram|summary)(_|$)/)
      expect(name, 'base units').not.toMatch(
        /_(ms|milliseconds|us|ns|minutes|hours|days|kb|mb|gb|kilobytes|percent)(_|$)/,
      )
      if (type !== 'histogram') expect(name, 'kept for histograms').not.toMatch(/_(bucket|count|sum)$/)
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    }
  })

  it('see how late the event loop is', async () => {
    const metrics = used()
    const lag = async () => {
      const family = (await families(metrics)).find(({ name }) => name === 'alertrouter_event_loop_lag_p99_seconds')
      return Number(family?.lines[0]?.split(' ')[1])
    }
    await lag()
    for (let blocked = 0; blocked < 3; blocked++) {
      const until = performance.now() + 60
      while (performance.now() < until);
      // Timers, of which the sampler is one, have their turn before the next round of immediates.
      for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate)
    }
    expect(await lag()).toBeGreaterThan(0.03)
  })
})
