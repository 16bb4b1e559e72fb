/** Where alerts begin to fire, so that a panel or a report can draw the line that the rule draws. */

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

/** Burn rates of an error budget from which SLO alerts fire, by the window that they are measured over. */
export const burnLimits = {
  '1h': { above: 14.4, severity: 'critical' },
  '6h': { above: 6, severity: 'critical' },
  '1d': { above: 3, severity: 'warning' },
  '3d': { above: 1, severity: 'warning' },
} as const satisfies Record<string, Limit>
