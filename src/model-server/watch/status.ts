/** Whether a model is well, by how its last minute went. */

export const modelStatuses = ['healthy', 'degraded', 'critical'] as const
export type ModelStatus = (typeof modelStatuses)[number]

/** One request to a model. `at` is epoch ms. */
export interface Attempt {
  readonly at: number
  readonly seconds: number
  readonly failed: boolean
}

const WINDOW_MS = 60_000

/** Fewer requests than this say nothing: one failure among three is no sickness. */
const FEWEST = 10

/** Above which share of failures, or which 95th percentile in seconds. The first that holds is the status. */
const limits = [
  { status: 'critical', failures: 0.1, seconds: 2 },
  { status: 'degraded', failures: 0.05, seconds: 1 },
] as const

export function statusOf(attempts: readonly Attempt[], now: number): ModelStatus {
  const recent = attempts.filter(({ at }) => at > now - WINDOW_MS)
  if (recent.length < FEWEST) return 'healthy'
  const failures = recent.filter(({ failed }) => failed).length / recent.length
  const sorted = recent.map(({ seconds }) => seconds).sort((a, b) => a - b)
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] as number
  return limits.find((limit) => failures > limit.failures || p95 > limit.seconds)?.status ?? 'healthy'
}
