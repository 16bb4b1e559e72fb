/** Metrics of durable commits, and of what retention deletes. */
import { Counter, Histogram } from '@prometheus-io/client'
import type { Named } from './named.ts'

export interface DatabaseMetrics {
  /** Begins to time a durable commit that holds `works` units of work; what it returns ends that. */
  timeCommit(works: number): () => void
  /** Retention let go of rows. */
  deleted(table: string, rows: number): void
}

/** Commits take 0.1 ms to 100 ms, on a bad disk seconds. */
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

export function databaseMetrics(of: Named): DatabaseMetrics {
  const seconds = new Histogram({
    ...of('commit_seconds', 'How long one durable commit took.'),
    buckets: COMMIT_BUCKETS,
  })
  const batch = new Histogram({
    ...of('commit_batch_size', 'Requests, flushes and settlements that shared one durable commit.'),
    buckets: BATCH_BUCKETS,
  })
  const deleted = new Counter(of('retention_deleted_total', 'Rows that retention let go of.', 'table'))
  return {
    deleted: (table, rows) => deleted.inc({ table }, rows),
    timeCommit: (works) => {
      const end = seconds.startTimer()
      return () => {
        end()
        batch.observe(works)
      }
    },
  }
}
