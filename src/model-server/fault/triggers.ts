/** Which fault, and how much of it, makes which alert of prometheus/rules/ fire while there is traffic. */
import type { FaultName, ServerName } from './faults.ts'

export interface Trigger {
  readonly alert: string
  /** As in the rule: some alerts exist in two severities. */
  readonly severity: 'critical' | 'warning' | 'demo'
  readonly server: ServerName
  readonly fault: FaultName
  readonly amount: number
}

/**
 * Amounts lie between the thresholds where one metric has two alerts. Different faults of one server may be on together and
 * still make each their own alerts fire: so no fault at the iris server fails more than 10 % of the requests by the model's
 * doing, which would turn its status from degraded to critical.
 */
export const triggers: readonly Trigger[] = [
  { alert: 'HighPredictionErrorRate', severity: 'critical', server: 'iris', fault: 'invalid-features', amount: 0.3 },
  { alert: 'LowModelConfidence', severity: 'warning', server: 'iris', fault: 'confidence', amount: 0.7 },
  { alert: 'HighPredictionLatency', severity: 'warning', server: 'iris', fault: 'stalls', amount: 0.22 },
  { alert: 'HighInferenceLatency', severity: 'critical', server: 'iris', fault: 'latency', amount: 1.5 },
  { alert: 'PredictionDistributionDrift', severity: 'warning', server: 'iris', fault: 'class-mix', amount: 0.5 },
  { alert: 'ModelAccuracyDrop', severity: 'critical', server: 'iris', fault: 'accuracy', amount: 0.5 },
  { alert: 'ModelAccuracyDegraded', severity: 'warning', server: 'churn', fault: 'accuracy', amount: 0.14 },
  { alert: 'DataDriftDetected', severity: 'warning', server: 'iris', fault: 'feature-drift', amount: 1 },
  { alert: 'ModelStatusDegraded', severity: 'warning', server: 'iris', fault: 'latency', amount: 1.5 },
  { alert: 'ModelStatusCritical', severity: 'critical', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'InvalidFeaturesHigh', severity: 'warning', server: 'iris', fault: 'invalid-features', amount: 0.3 },
  { alert: 'ModelServerDown', severity: 'critical', server: 'iris', fault: 'silence', amount: 1 },
  { alert: 'DemoHighErrorCount', severity: 'demo', server: 'iris', fault: 'invalid-features', amount: 0.3 },
  { alert: 'ModelNotLoaded', severity: 'critical', server: 'churn', fault: 'unload', amount: 1 },
  { alert: 'APIDown', severity: 'critical', server: 'churn', fault: 'silence', amount: 1 },
  { alert: 'ServiceDown', severity: 'critical', server: 'churn', fault: 'silence', amount: 1 },
  { alert: 'HighErrorRate', severity: 'warning', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'HighLatency', severity: 'warning', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HighResponseTime', severity: 'critical', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HttpErrorRateHigh', severity: 'critical', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'HttpLatencyHigh', severity: 'warning', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HttpResponseTimeHigh', severity: 'warning', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HostHighCpu', severity: 'warning', server: 'churn', fault: 'cpu', amount: 1 },
  { alert: 'HighMemoryUsage', severity: 'warning', server: 'churn', fault: 'memory', amount: 0.93 },
  // A service level objective warns before it is critical: these amounts burn the budget 4 to 5 times as fast as it may,
  // where 3 is a warning and 6 critical, at one server; what is critical (burn rates of 20 and more) is at the other.
  { alert: 'SloErrors', severity: 'critical', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'SloErrors', severity: 'warning', server: 'iris', fault: 'errors', amount: 0.045 },
  { alert: 'SloLatency', severity: 'critical', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'SloLatency', severity: 'warning', server: 'iris', fault: 'stalls', amount: 0.22 },
  // A budget of 0.1 % of the time: whoever is away for as long as anybody notices is critical, and warned of afterwards.
  { alert: 'SloAvailability', severity: 'critical', server: 'churn', fault: 'silence', amount: 1 },
  { alert: 'SloAvailability', severity: 'warning', server: 'churn', fault: 'silence', amount: 1 },
]
