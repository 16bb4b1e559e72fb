/** The application as a dashboard shows it: version, memory, processor. */
import { Gauge, type Registry } from '@prometheus-io/client'

export function applicationMetrics(registry: Registry, name: string, version: string): void {
  const registers = [registry]
  const info = new Gauge({
    name: 'app_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'app_name'],
    registers,
  })
  info.set({ version, app_name: name }, 1)
  new Gauge({
    name: 'app_memory_usage_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  let before = { at: performance.now(), usage: process.cpuUsage() }
  new Gauge({
    name: 'app_cpu_usage_percent',
    help: 'Processor time since the last scrape; 100 is one processor.',
    registers,
    collect() {
      const now = { at: performance.now(), usage: process.cpuUsage() }
      const ms = now.at - before.at
      const busyMs = (now.usage.user + now.usage.system - before.usage.user - before.usage.system) / 1000
      // Two scrapes at one instant have nothing between them to speak of.
      if (ms >= 1) this.set((100 * busyMs) / ms)
      before = now
    },
  })
}
