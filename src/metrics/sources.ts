/** Metrics of how episodes end, and of the Alertmanagers that are asked about it. */
import { Counter, Gauge } from '@prometheus-io/client'
import type { CloseReason } from '../episode/episode.ts'
import type { Named } from './named.ts'

export interface SourceMetrics {
  closed(reason: CloseReason, episodes: number): void
  /** `replica` is named in ALERTMANAGER_URLS. */
  sourceUp(source: string, replica: string, up: boolean): void
}

export function sourceMetrics(of: Named): SourceMetrics {
  const closed = new Counter(
    of('episodes_closed_total', 'Ended lives of alerts, by who said so: resolved is the word of the source.', 'reason'),
  )
  const help = '1 if the Alertmanager last gave a complete answer, else 0: then its source is not reconciled.'
  const up = new Gauge(of('source_up', help, 'source', 'replica'))
  for (const reason of ['resolved', 'reconciled', 'stale'] as const) closed.inc({ reason }, 0)
  return {
    closed: (reason, episodes) => closed.inc({ reason }, episodes),
    sourceUp: (source, replica, isUp) => up.set({ source, replica }, isUp ? 1 : 0),
  }
}
