/** Metrics of how episodes end, and of the Alertmanagers that are asked about it. */
import { Counter, Gauge, Histogram } from '@prometheus-io/client'
import type { CloseReason } from '../episode/episode.ts'
import type { Named } from './named.ts'

export interface SourceMetrics {
  closed(reason: CloseReason, episodes: number): void
  /** Lives that their source ended: where it did not, the end is a guess of ours. */
  lived(lifetimesMs: readonly number[]): void
  /** `replica` is named in ALERTMANAGER_URLS. */
  sourceUp(source: string, replica: string, up: boolean): void
}

/** From an alert that clears at the next evaluation to one that nobody looks after for a week. */
const LIFETIME_BUCKETS = [10, 30, 60, 300, 900, 1800, 3600, 10_800, 43_200, 86_400, 604_800]

export function sourceMetrics(of: Named): SourceMetrics {
  const closed = new Counter(
    of('episodes_closed_total', 'Ended lives of alerts, by who said so: resolved is the word of the source.', 'reason'),
  )
  const lifetime = new Histogram({
    ...of('episode_duration_seconds', 'How long alerts fired that their source resolved, by its times.'),
    buckets: LIFETIME_BUCKETS,
  })
  const help = '1 if the Alertmanager last gave a complete answer, else 0: then its source is not reconciled.'
  const up = new Gauge(of('source_up', help, 'source', 'replica'))
  for (const reason of ['resolved', 'reconciled', 'stale'] as const) closed.inc({ reason }, 0)
  return {
    closed: (reason, episodes) => closed.inc({ reason }, episodes),
    lived: (lifetimesMs) => {
      // A clock that was set back may end a life before it began.
      for (const ms of lifetimesMs) lifetime.observe(Math.max(0, ms) / 1000)
    },
    sourceUp: (source, replica, isUp) => up.set({ source, replica }, isUp ? 1 : 0),
  }
}
