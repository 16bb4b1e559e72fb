/** The health of the monitored system, as Prometheus knows it. null is everywhere: nobody knows. */
import type { ActiveAlert, Prometheus, Sample } from '../stack/prometheus-api.ts'
import { type Question, questionsFor } from './questions.ts'

/** Seconds. */
export interface Latency {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface ServiceHealth {
  readonly service: string
  /** Whether it answers Prometheus. */
  readonly up: boolean | null
  /** Predictions asked for per second. */
  readonly rate: number | null
  /** Share answered by 5xx. */
  readonly errors: number | null
  readonly latency: Latency
}

export interface ModelHealth {
  readonly model: string
  readonly status: string | null
  readonly rate: number | null
  /** Share of the requests without a prediction, whoever is to blame. */
  readonly errors: number | null
  readonly latency: Latency
  readonly accuracy: number | null
  /** The feature that has drifted most. */
  readonly drift: { readonly feature: string; readonly score: number } | null
  /** `mean` is kept by the iris server only. Shares of the predictions: low below 0.5, medium below 0.8, else high. */
  readonly confidence: {
    readonly mean: number | null
    readonly low: number | null
    readonly medium: number | null
    readonly high: number | null
  }
}

/** Shares of 1. */
export interface ObjectiveHealth {
  readonly service: string
  readonly slo: string
  readonly objective: number | null
  readonly measured1h: number | null
  readonly measured3d: number | null
  /** Of what the last 3 days may have; below 0 it is overspent. */
  readonly budgetLeft: number | null
  /** Over the last hour; 1 spends exactly the budget. */
  readonly burnRate: number | null
}

export interface AlertHealth {
  readonly alert: string
  readonly severity: string
  readonly team: string
  readonly service: string
  readonly state: 'pending' | 'firing'
  /** RFC 3339. */
  readonly since: string
  readonly summary: string
}

export interface Health {
  readonly services: readonly ServiceHealth[]
  readonly models: readonly ModelHealth[]
  readonly objectives: readonly ObjectiveHealth[]
  /** Worst first. Without those that always fire (severity none). */
  readonly alerts: readonly AlertHealth[]
  /** Whether the dead man's switch fires, as it should; if not, no alert can be trusted. */
  readonly watchdog: boolean
  /** Why an answer of Prometheus may not be whole. */
  readonly warnings: readonly string[]
}

const services = ['model-server', 'ml-api'] as const
const models = ['iris', 'churn-v1', 'churn-v2'] as const
const objectives = ['availability', 'errors', 'latency', 'throughput'] as const

/** Rejects with a PrometheusError. `window` is a range such as 5m. */
export async function readHealth(prometheus: Prometheus, window: string): Promise<Health> {
  const questions = Object.entries(questionsFor(window)) as [Question, string][]
  const answers = await Promise.all(
    questions.map(async ([question, expression]) => [question, await prometheus.query(expression)] as const),
  )
  const samples = Object.fromEntries(answers.map(([question, answer]) => [question, answer.samples])) as Samples
  const alerts = await prometheus.alerts()
  const names = new Set([...models, ...samples.modelNames.flatMap(({ labels }) => labels.model_name ?? [])])
  return {
    services: services.map((service) => serviceHealth(samples, service)),
    models: [...names].map((model) => modelHealth(samples, model)),
    objectives: services.flatMap((service) => objectives.map((slo) => objectiveHealth(samples, service, slo))),
    alerts: alerts
      .filter(({ labels }) => labels.severity !== 'none')
      .map(alertHealth)
      .sort(worstFirst),
    watchdog: alerts.some(({ labels, state }) => labels.alertname === 'Watchdog' && state === 'firing'),
    warnings: [...new Set(answers.flatMap(([, { warnings }]) => warnings))],
  }
}

type Samples = Readonly<Record<Question, readonly Sample[]>>

function serviceHealth(samples: Samples, service: string): ServiceHealth {
  const value = (question: Question) => valueIn(samples[question], { service })
  const up = value('up')
  return {
    service,
    up: up === null ? null : up === 1,
    rate: value('serviceRate'),
    errors: value('serviceErrors'),
    latency: { p50: value('serviceP50'), p95: value('serviceP95'), p99: value('serviceP99') },
  }
}

function modelHealth(samples: Samples, model: string): ModelHealth {
  const value = (question: Question) => valueIn(samples[question], { model_name: model })
  const share = (bucket: string) => valueIn(samples.confidenceShares, { model_name: model, confidence_bucket: bucket })
  const worst = samples.drift.find(({ labels, value }) => labels.model_name === model && Number.isFinite(value))
  return {
    model,
    status: samples.modelStatus.find(({ labels }) => labels.model_name === model)?.labels.model_status ?? null,
    rate: value('modelRate'),
    errors: value('modelErrors'),
    latency: { p50: value('modelP50'), p95: value('modelP95'), p99: value('modelP99') },
    accuracy: valueIn(samples.accuracy, { model }),
    drift: worst === undefined ? null : { feature: worst.labels.feature_name ?? '', score: worst.value },
    confidence: { mean: value('confidence'), low: share('low'), medium: share('medium'), high: share('high') },
  }
}

function objectiveHealth(samples: Samples, service: string, slo: string): ObjectiveHealth {
  const budget = valueIn(samples.budget, { slo })
  const burn1h = valueIn(samples.burn1h, { service, slo })
  const burn3d = valueIn(samples.burn3d, { service, slo })
  const measured = (burn: number | null) => (budget === null || burn === null ? null : 1 - burn * budget)
  return {
    service,
    slo,
    objective: budget === null ? null : 1 - budget,
    measured1h: measured(burn1h),
    measured3d: measured(burn3d),
    budgetLeft: burn3d === null ? null : 1 - burn3d,
    burnRate: burn1h,
  }
}

/** What Prometheus calls NaN (no traffic) or infinite is not known either. */
function valueIn(samples: readonly Sample[], wanted: Readonly<Record<string, string>>): number | null {
  const found = samples.find(({ labels }) => Object.entries(wanted).every(([name, value]) => labels[name] === value))
  return found === undefined || !Number.isFinite(found.value) ? null : found.value
}

function alertHealth({ labels, annotations, state, activeAt }: ActiveAlert): AlertHealth {
  return {
    alert: labels.alertname ?? '',
    severity: labels.severity ?? '',
    team: labels.team ?? '',
    service: labels.service ?? '',
    state,
    since: Number.isNaN(activeAt) ? '' : new Date(activeAt).toISOString(),
    summary: annotations.summary ?? '',
  }
}

const severities = ['critical', 'warning', 'info', 'demo']

function worstFirst(a: AlertHealth, b: AlertHealth): number {
  const rank = ({ severity, state }: AlertHealth) =>
    (severities.includes(severity) ? severities.indexOf(severity) : severities.length) + (state === 'firing' ? 0 : 10)
  return rank(a) - rank(b) || a.since.localeCompare(b.since) || a.alert.localeCompare(b.alert)
}

/** Whether somebody should get up: a critical alert fires, or alerts cannot be trusted. */
export function isCritical({ alerts, watchdog }: Health): boolean {
  return !watchdog || alerts.some(({ severity, state }) => severity === 'critical' && state === 'firing')
}
