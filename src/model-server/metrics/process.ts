/** The process: Node's own metrics, and how much memory it may have. */
import { totalmem } from 'node:os'
import { collectDefaultMetrics, Gauge, type Registry } from '@prometheus-io/client'

/** What `promtool check metrics` refuses: gauges called `_total`, and names that hold a type. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_summary',
  'nodejs_eventloop_utilization_histogram',
]

export function processMetrics(registry: Registry, memoryLimit: number): void {
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  new Gauge({
    name: 'process_memory_limit_bytes',
    help: 'What process_resident_memory_bytes may grow to: MEMORY_LIMIT, else the limit of the container, else all memory of the machine.',
    registers: [registry],
  }).set(memoryLimit)
}

/** In bytes: what the container (cgroup) may have, or else the machine. */
export function systemMemoryLimit(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
