/** Metrics of the process: what runs, memory, files, CPU, the event loop. */
import { totalmem } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Gauge, type Registry } from '@prometheus-io/client'
import type { Named } from './named.ts'

/**
 * What `promtool check metrics` refuses: gauges that are called `_total` (each exists under the name without it as well),
 * and names that hold a type.
 */
const misnamed = [
  ...['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'],
  ...['nodejs_eventloop_utilization_summary', 'nodejs_eventloop_utilization_histogram'],
]

/** The event loop is looked at this often. What is measured holds this interval as well, so it is taken off again. */
const LOOK_EVERY_MS = 10

/** `version` goes into build_info. */
export function processMetrics(of: Named, registry: Registry, version: string): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOK_EVERY_MS })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const build = new Gauge(of('build_info', 'Always 1; the labels say what runs.', 'version', 'node'))
  build.set({ version, node: process.version }, 1)

  // A cgroup without a limit answers 0, or a number beyond all memory.
  const constrained = process.constrainedMemory()
  new Gauge({
    name: 'process_memory_limit_bytes',
    help: 'What process_resident_memory_bytes may grow to: the limit of the container, else all memory of the machine.',
    registers: [registry],
  }).set(constrained > 0 ? Math.min(constrained, totalmem()) : totalmem())

  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS })
  delay.enable()
  new Gauge({
    ...of('event_loop_lag_p99_seconds', 'How late the event loop was, 99th percentile since the last scrape.'),
    collect() {
      this.set(delay.count === 0 ? 0 : Math.max(0, delay.percentile(99) / 1e9 - LOOK_EVERY_MS / 1000))
      delay.reset()
    },
  })
}
