/** What Prometheus is asked for the report. Every answer is by service, model, or objective: nothing is added up over both. */

const predictions = 'job=~"model-server|ml-api", endpoint=~".*/predict"'

/** `window` is a range such as 5m. */
export function questionsFor(window: string) {
  const httpRate = (more = '') => `sum by (service) (rate(http_requests_total{${predictions}${more}}[${window}]))`
  /** The churn server names versions where the iris server names models. */
  const named = (expression: string) =>
    `label_replace(${expression}, "model_name", "churn-$1", "model_version", "(.+)")`
  const quantile = (q: number) => ({
    service: `histogram_quantile(${q}, sum by (service, le) (rate(http_request_duration_seconds_bucket{${predictions}}[${window}])))`,
    model: `histogram_quantile(${q}, sum by (model_name, le) (rate(prediction_latency_seconds_bucket[${window}]))) or ${named(
      `histogram_quantile(${q}, sum by (model_version, le) (rate(ml_prediction_duration_seconds_bucket[${window}])))`,
    )}`,
  })
  const [p50, p95, p99] = [quantile(0.5), quantile(0.95), quantile(0.99)]
  const asked = `sum by (model_name) (rate(predictions_total[${window}]) or rate(prediction_errors_total[${window}]))`
  const failed = `sum by (model_name) (rate(prediction_errors_total[${window}]))`
  const askedChurn = `sum by (model_version) (rate(ml_predictions_total[${window}]))`
  const failedChurn = `sum by (model_version) (rate(ml_predictions_total{status="error"}[${window}]))`
  const byConfidence = (by: string) => `sum by (${by}) (rate(predictions_by_confidence_bucket_total[${window}]))`
  return {
    up: 'max by (service) (up{job=~"model-server|ml-api"})',
    serviceRate: httpRate(),
    // Without a 5xx there is no series of them: that is none, not no answer.
    serviceErrors: `(${httpRate(', status=~"5.."')} or on (service) 0 * ${httpRate()}) / (${httpRate()} > 0)`,
    serviceP50: p50.service,
    serviceP95: p95.service,
    serviceP99: p99.service,
    modelRate: `${asked} or ${named(askedChurn)}`,
    modelErrors: `${failed} / (${asked} > 0) or ${named(`${failedChurn} / (${askedChurn} > 0)`)}`,
    modelP50: p50.model,
    modelP95: p95.model,
    modelP99: p99.model,
    modelNames: 'model_info',
    modelStatus: 'model_status == 1',
    accuracy: 'model_accuracy',
    drift: 'topk by (model_name) (1, data_drift_score)',
    confidence: 'prediction_confidence',
    confidenceShares: `${byConfidence('model_name, confidence_bucket')} / on (model_name) group_left () (${byConfidence('model_name')} > 0)`,
    // Recorded by prometheus/rules/slo.yml, so that report and alerts agree, and windows are as long as the rules have them.
    budget: 'slo:error_budget:ratio',
    burn1h: 'service_slo:error_budget:burn_rate1h',
    burn3d: 'service_slo:error_budget:burn_rate3d',
  }
}

export type Question = keyof ReturnType<typeof questionsFor>
