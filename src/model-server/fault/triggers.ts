/** Which fault, and how much of it, makes which alert of prometheus/rules/ fire while there is traffic. */
import type { FaultName, ServerName } from './faults.ts'

export interface Trigger {
  readonly alert: string
  readonly server: ServerName
  readonly fault: FaultName
  readonly amount: number
}

/** Amounts lie between the thresholds where one metric has two alerts. */
export const triggers: readonly Trigger[] = [
  { alert: 'HighPredictionErrorRate', server: 'iris', fault: 'errors', amount: 0.3 },
  { alert: 'LowModelConfidence', server: 'iris', fault: 'confidence', amount: 0.7 },
  { alert: 'HighPredictionLatency', server: 'iris', fault: 'latency', amount: 0.7 },
  { alert: 'HighInferenceLatency', server: 'iris', fault: 'latency', amount: 1.5 },
  { alert: 'PredictionDistributionDrift', server: 'iris', fault: 'class-mix', amount: 0.5 },
  { alert: 'ModelAccuracyDrop', server: 'iris', fault: 'accuracy', amount: 0.5 },
  { alert: 'ModelAccuracyDegraded', server: 'iris', fault: 'accuracy', amount: 0.17 },
  { alert: 'DataDriftDetected', server: 'iris', fault: 'feature-drift', amount: 1 },
  { alert: 'ModelStatusDegraded', server: 'iris', fault: 'latency', amount: 1.5 },
  { alert: 'ModelStatusCritical', server: 'iris', fault: 'latency', amount: 2.5 },
  { alert: 'InvalidFeaturesHigh', server: 'iris', fault: 'invalid-features', amount: 0.3 },
  { alert: 'ModelServerDown', server: 'iris', fault: 'silence', amount: 1 },
  { alert: 'DemoHighErrorCount', server: 'iris', fault: 'errors', amount: 0.3 },
  { alert: 'ModelNotLoaded', server: 'churn', fault: 'unload', amount: 1 },
  { alert: 'APIDown', server: 'churn', fault: 'silence', amount: 1 },
  { alert: 'ServiceDown', server: 'churn', fault: 'silence', amount: 1 },
  { alert: 'HighErrorRate', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'HighLatency', server: 'churn', fault: 'latency', amount: 0.7 },
  { alert: 'HighResponseTime', server: 'churn', fault: 'latency', amount: 0.7 },
  { alert: 'HttpErrorRateHigh', server: 'churn', fault: 'errors', amount: 0.3 },
  { alert: 'HttpLatencyHigh', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HttpResponseTimeHigh', server: 'churn', fault: 'latency', amount: 0.9 },
  { alert: 'HostHighCpu', server: 'churn', fault: 'cpu', amount: 1 },
  { alert: 'HighMemoryUsage', server: 'churn', fault: 'memory', amount: 0.93 },
]
