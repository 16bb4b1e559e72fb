/** Writes a registry out in the format that a scraper asks for. */
import { openMetricsContentType, Registry } from '@prometheus-io/client'

export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/** OpenMetrics when `accept` names it, as Prometheus does; else the older text format. */
export async function expose(registry: Registry, accept = ''): Promise<Exposition> {
  const asked = accept.includes('application/openmetrics-text') ? await inOpenMetrics(registry) : registry
  return { contentType: asked.contentType, text: await asked.metrics() }
}

/**
 * A copy of what the registry holds now. The client library takes `_total` off the names of counters for good when it
 * writes them as OpenMetrics, and the next scrape in the other format would miss it.
 */
async function inOpenMetrics(registry: Registry): Promise<Registry> {
  const copy = new Registry(openMetricsContentType)
  for (const metric of await registry.getMetricsAsJSON()) {
    const snapshot = { ...metric, get: async () => ({ ...metric, name: snapshot.name }) }
    copy.registerMetric(snapshot as unknown as Parameters<Registry['registerMetric']>[0])
  }
  return copy
}
