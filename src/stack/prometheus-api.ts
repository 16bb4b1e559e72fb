/** Asks Prometheus over its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/). */
import { isRecord, list, text } from '../stand-in/json.ts'

export type Labels = Readonly<Record<string, string>>

/** One series at one instant. `value` may be NaN or infinite, as in Prometheus. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** What an expression says now. `warnings`: Prometheus answered, but not with all it should have. */
export interface Answer {
  readonly samples: readonly Sample[]
  readonly warnings: readonly string[]
}

/** An alert that is pending or firing. `activeAt` is epoch ms. */
export interface ActiveAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: 'pending' | 'firing'
  readonly activeAt: number
}

/** A rule as it is evaluated: `forSeconds` is 0 for recording rules, `severity` empty. */
export interface Rule {
  readonly name: string
  readonly type: 'alerting' | 'recording'
  readonly severity: string
  readonly query: string
  readonly forSeconds: number
  /** Why it could not be evaluated last; empty when it could. */
  readonly lastError: string
}

/** Prometheus did not answer, or not as it should; the message says what to do. */
export class PrometheusError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PrometheusError'
  }
}

/** Each rejects with a PrometheusError. */
export interface Prometheus {
  query(expression: string): Promise<Answer>
  alerts(): Promise<readonly ActiveAlert[]>
  rules(): Promise<readonly Rule[]>
}

const TIMEOUT_MS = 10_000

/** `url` has no trailing slash. */
export function openPrometheus(url: string): Prometheus {
  const get = async (path: string): Promise<{ data: Record<string, unknown>; warnings: readonly string[] }> => {
    const { status, body } = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
      async (response) => ({ status: response.status, body: await bodyOf(response) }),
      (cause: unknown) => {
        throw new PrometheusError(
          `Prometheus does not answer at ${url}. Start it (npm run stack), or say by PROMETHEUS_URL where it is.`,
          { cause },
        )
      },
    )
    if (!isRecord(body)) throw new PrometheusError(`${url} answered ${status}, but not as Prometheus does.`)
    if (body.status !== 'success') {
      throw new PrometheusError(`Prometheus refused a question (${status}): ${text(body.error)}`)
    }
    return { data: isRecord(body.data) ? body.data : {}, warnings: list(body.warnings).map(text) }
  }
  return {
    query: async (expression) => {
      const { data, warnings } = await get(`query?${new URLSearchParams({ query: expression })}`)
      if (data.resultType !== 'vector') {
        throw new PrometheusError(`${expression} is a ${text(data.resultType)}, not an instant vector.`)
      }
      return { samples: list(data.result).flatMap(toSample), warnings }
    },
    alerts: async () => list((await get('alerts')).data.alerts).flatMap(toAlert),
    rules: async () =>
      list((await get('rules')).data.groups).flatMap((group) =>
        isRecord(group) ? list(group.rules).flatMap(toRule) : [],
      ),
  }
}

/** Undefined for what is no JSON, such as a proxy's page. */
async function bodyOf(response: Response): Promise<unknown> {
  const read = await response.text()
  try {
    return JSON.parse(read)
  } catch {
    return undefined
  }
}

function toSample(series: unknown): Sample[] {
  if (!isRecord(series)) return []
  const [, value] = list(series.value)
  return [{ labels: labelsOf(series.metric), value: toNumber(text(value)) }]
}

function toAlert(alert: unknown): ActiveAlert[] {
  if (!isRecord(alert) || (alert.state !== 'pending' && alert.state !== 'firing')) return []
  const { labels, annotations, state, activeAt } = alert
  return [{ labels: labelsOf(labels), annotations: labelsOf(annotations), state, activeAt: Date.parse(text(activeAt)) }]
}

function toRule(rule: unknown): Rule[] {
  if (!isRecord(rule) || (rule.type !== 'alerting' && rule.type !== 'recording')) return []
  return [
    {
      name: text(rule.name),
      type: rule.type,
      severity: labelsOf(rule.labels).severity ?? '',
      query: text(rule.query),
      forSeconds: typeof rule.duration === 'number' ? rule.duration : 0,
      lastError: text(rule.lastError),
    },
  ]
}

function labelsOf(value: unknown): Labels {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, label]) => [name, text(label)]))
}

/** Prometheus writes `+Inf`, `-Inf` and `NaN`. */
function toNumber(written: string): number {
  if (written === '') return Number.NaN
  return Number(written.replace('Inf', 'Infinity'))
}
