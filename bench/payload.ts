/** The alerts of the bench, as whole HTTP requests: one made-up fleet, told in the words of either server. */
import { fingerprint } from '../src/alert/fingerprint.ts'
import { toLabels } from '../src/alert/labels.ts'
import { teamNames } from './teams.ts'

/** `webhook`: Alertmanager's v4 webhook, which the router takes. `api`: the v2 API, which Alertmanager takes. */
export type Form = 'webhook' | 'api'

/** Alerts `first` up to `first + count`, `perRequest` in each request; `startsAt` is epoch ms. */
export interface Batch {
  readonly form: Form
  readonly port: number
  readonly first: number
  readonly count: number
  readonly perRequest: number
  readonly status: 'firing' | 'resolved'
  readonly startsAt: number
}

/** Ready to be written to a socket; built before the clock starts. */
export function buildRequests(batch: Batch): Buffer[] {
  const requests: Buffer[] = []
  for (let from = batch.first; from < batch.first + batch.count; from += batch.perRequest) {
    const ids = Math.min(batch.perRequest, batch.first + batch.count - from)
    const alerts = Array.from({ length: ids }, (_, at) => alertText(batch, from + at)).join(',')
    requests.push(batch.form === 'webhook' ? webhookRequest(batch, alerts) : apiRequest(batch, alerts))
  }
  return requests
}

/** The number of an alert, from the `instance` label it came with; null for an alert that is not ours. */
export function alertNumber(instance: string | undefined): number | null {
  const digits = /^node-(\d{8})\./.exec(instance ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

function webhookRequest(batch: Batch, alerts: string): Buffer {
  const rest =
    '"groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://alertmanager.example:9093",' +
    '"version":"4","groupKey":"{}:{}","truncatedAlerts":0'
  const body = `{"receiver":"router","status":"${batch.status}","alerts":[${alerts}],${rest}}`
  return post(batch.port, '/api/v1/webhooks/alertmanager', body)
}

function apiRequest(batch: Batch, alerts: string): Buffer {
  return post(batch.port, '/api/v2/alerts', `[${alerts}]`)
}

/** Everything is ASCII, so that characters are bytes. */
function post(port: number, path: string, body: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`
  return Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1')
}

const services = ['checkout', 'ledger', 'refunds', 'search', 'catalogue', 'shipping', 'identity', 'pricing']
const alertnames = ['HighErrorRatio', 'LatencyP99TooHigh', 'QueueGrowing', 'DiskWillFill']
const severities = ['critical', 'warning', 'info', 'page']

/** One alert in JSON: 9 labels and 3 annotations, 620 to 700 bytes. A new number is a label set never seen before. */
function alertText(batch: Batch, id: number): string {
  const round = Math.floor(id / teamNames.length)
  const service = services[round % services.length] as string
  const number = String(id).padStart(8, '0')
  const labels = {
    alertname: alertnames[round % alertnames.length] as string,
    cluster: `eu-${round % 3}`,
    environment: 'production',
    instance: `node-${number}.example:9100`,
    job: `${service}-api`,
    namespace: service,
    service,
    severity: severities[Math.floor(round / services.length) % severities.length] as string,
    team: teamNames[id % teamNames.length] as string,
  }
  const annotations = {
    description: `More than 5 % of the requests to ${service} have failed for ten minutes.`,
    runbook_url: `https://runbooks.example/${labels.alertname}`,
    summary: `${service} on node-${number} is failing`,
  }
  const rest = `"labels":${JSON.stringify(labels)},"annotations":${JSON.stringify(annotations)},${timesText(batch)}`
  const generator = `"generatorURL":"http://prometheus.example:9090/graph?g0.expr=${labels.alertname}&g0.tab=1"`
  if (batch.form === 'api') return `{${rest},${generator}}`
  return `{"status":"${batch.status}",${rest},${generator},"fingerprint":"${fingerprint(toLabels(labels))}"}`
}

/** The webhook says "no end yet" by Go's zero time; to the API Prometheus names an end that lies ahead. */
function timesText(batch: Batch): string {
  const iso = (ms: number) => new Date(ms).toISOString()
  const ahead = batch.form === 'api' ? iso(batch.startsAt + 3_600_000) : '0001-01-01T00:00:00Z'
  const endsAt = batch.status === 'resolved' ? iso(batch.startsAt + 1) : ahead
  return `"startsAt":"${iso(batch.startsAt)}","endsAt":"${endsAt}"`
}
