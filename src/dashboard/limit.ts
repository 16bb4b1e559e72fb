/** Where alerts begin to fire, so that a panel can draw the line that the rule draws. */
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'

/** The limit is in the unit of the rule: seconds, bytes, a share of 1. The test of the dashboards holds it against the rules. */
export interface Limit {
  readonly severity: 'critical' | 'warning' | 'info'
  readonly above?: number
  readonly below?: number
  /** It counts: the first number above 0 is 1. */
  readonly whole?: true
}

export const limits = {
  HighPredictionErrorRate: { above: 0.05, severity: 'critical' },
  LowModelConfidence: { below: 0.7, severity: 'warning' },
  HighPredictionLatency: { above: 0.5, severity: 'warning' },
  HighInferenceLatency: { above: 1, severity: 'critical' },
  PredictionDistributionDrift: { above: 0.15, severity: 'warning' },
  LowPredictionThroughput: { below: 1, severity: 'info' },
  ModelAccuracyDrop: { below: 0.75, severity: 'critical' },
  ModelAccuracyDegraded: { below: 0.85, severity: 'warning' },
  DataDriftDetected: { above: 0.2, severity: 'warning' },
  InvalidFeaturesHigh: { above: 0.05, severity: 'warning' },
  HighErrorRate: { above: 0.1, severity: 'warning' },
  HighLatency: { above: 0.5, severity: 'warning' },
  HighResponseTime: { above: 0.5, severity: 'critical' },
  HttpErrorRateHigh: { above: 0.05, severity: 'critical' },
  HttpLatencyHigh: { above: 0.5, severity: 'warning' },
  HttpThroughputLow: { below: 1, severity: 'info' },
  HttpResponseTimeHigh: { above: 0.5, severity: 'warning' },
  HostHighCpu: { above: 0.8, severity: 'warning' },
  HostHighMemory: { above: 0.85, severity: 'warning' },
  HostLowDisk: { below: 0.15, severity: 'critical' },
  HighMemoryUsage: { above: 0.9, severity: 'warning' },
  AlertRouterNotificationsLate: { above: 60, severity: 'critical' },
  AlertRouterDeadLetters: { above: 0, whole: true, severity: 'critical' },
  AlertRouterHeartbeatMissing: { above: 0, whole: true, severity: 'critical' },
} as const satisfies Record<string, Limit>

export type LimitedAlert = keyof typeof limits

const colours: Readonly<Record<Limit['severity'], string>> = { critical: 'red', warning: 'orange', info: 'blue' }

/** Burn rates of an error budget from which SLO alerts fire, by the window that they are measured over. */
export const burnLimits = {
  '1h': { above: 14.4, severity: 'critical' },
  '6h': { above: 6, severity: 'critical' },
  '1d': { above: 3, severity: 'warning' },
  '3d': { above: 1, severity: 'warning' },
} as const satisfies Record<string, Limit>

/** `fine` is the colour where nothing fires. All limits look into one direction. */
export function thresholdsOf(chosen: readonly Limit[], fine: 'green' | 'transparent'): ThresholdsConfigBuilder {
  const above = chosen.filter((limit) => limit.above !== undefined)
  if (above.length > 0 && above.length < chosen.length) {
    throw new Error('Alerts above and below a limit cannot be drawn in one panel.')
  }
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(above.length > 0 || chosen.length === 0 ? stepsUp(above, fine) : stepsDown(chosen, fine))
}

/** A step begins at its value, where an alert begins beyond it: that matters to what counts. */
function stepsUp(chosen: readonly Limit[], fine: string): Threshold[] {
  const steps = chosen.map(({ above = 0, whole, severity }) => ({
    value: whole ? above + 1 : above,
    color: colours[severity],
  }))
  return [{ value: null, color: fine }, ...steps.toSorted((a, b) => a.value - b.value)]
}

/** Each colour holds from the limit below it on; the lowest of them has no end. */
function stepsDown(chosen: readonly Limit[], fine: string): Threshold[] {
  const sorted = chosen.toSorted((a, b) => (a.below ?? 0) - (b.below ?? 0))
  return [
    ...sorted.map(({ severity }, n) => ({ value: sorted[n - 1]?.below ?? null, color: colours[severity] })),
    { value: sorted.at(-1)?.below ?? 0, color: fine },
  ]
}
