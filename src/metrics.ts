/** Every metric of the router, by what it speaks of. Label values come from configuration or fixed lists, never from alerts. */
import { Registry } from '@prometheus-io/client'
import { type AccessMetrics, accessMetrics } from './metrics/access.ts'
import { type DatabaseMetrics, databaseMetrics } from './metrics/database.ts'
import { type DeliveryMetrics, deliveryMetrics } from './metrics/delivery.ts'
import { type DocumentMetrics, documentMetrics } from './metrics/documents.ts'
import { type IngestMetrics, ingestMetrics } from './metrics/ingest.ts'
import { namedIn } from './metrics/named.ts'
import { processMetrics } from './metrics/process.ts'
import { type SourceMetrics, sourceMetrics } from './metrics/sources.ts'
import { type GaugeSources, stateGauges } from './metrics/state.ts'
import { type WatchingMetrics, watchingMetrics } from './metrics/watching.ts'

export interface Metrics
  extends AccessMetrics,
    DatabaseMetrics,
    DeliveryMetrics,
    DocumentMetrics,
    IngestMetrics,
    SourceMetrics,
    WatchingMetrics {
  readonly registry: Registry
  /** Where gauges look at each scrape; until then they stay at 0. */
  readGauges(sources: GaugeSources): void
}

/** A registry of its own per router, with Node's process metrics. `version` goes into build_info. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  const of = namedIn(registry)
  processMetrics(of, registry, version)
  let sources: GaugeSources | null = null
  stateGauges(of, () => sources)
  return {
    registry,
    ...accessMetrics(of),
    ...ingestMetrics(of),
    ...deliveryMetrics(of),
    ...databaseMetrics(of),
    ...documentMetrics(of),
    ...watchingMetrics(of),
    ...sourceMetrics(of),
    readGauges: (from) => {
      sources = from
    },
  }
}
