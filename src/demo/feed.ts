/** Where the demo's alerts come from: the recording itself, or a real Alertmanager that is given the same alerts. */
import { findAlertmanager, startAlertmanager } from './alertmanager.ts'
import { loadRecording, type Part, type RecordedAlert, type RecordedWebhook } from './recorded.ts'

/** Times are ms after the first alert, as in the recording. */
export interface Feed {
  readonly description: string
  readonly mixedAfterMs: number
  /** How long the source itself keeps it, in words; '' if not at all. */
  readonly delay: string
  /** When the source says again what it said before; null where it is not ours to say. */
  readonly repeatAfterMs: number | null
  readonly searchAfterMs: number
  readonly resolvedAfterMs: number
  /** What `send` sends, and to whom. */
  words(part: Part): string
  /** Rejects when it is not taken. */
  send(part: Part): Promise<void>
  stop(): Promise<void>
}

/** The real Alertmanager if there is one, else the recording. Rejects if one was asked for and cannot be had. */
export async function openFeed(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  webhookUrl: string,
  signal: AbortSignal,
): Promise<Feed> {
  const binary = findAlertmanager(env)
  if (binary === null) return recordedFeed(webhookUrl)
  try {
    return await alertmanagerFeed(binary, folder, webhookUrl, signal)
  } catch (error) {
    if (signal.aborted || env.ALERTMANAGER_BIN) throw error
    const feed = await recordedFeed(webhookUrl)
    return { ...feed, description: `${feed.description} (${binary} is here, but did not start)` }
  }
}

/** Posts the recorded bodies to `webhookUrl`, as Alertmanager did when they were recorded. */
async function recordedFeed(webhookUrl: string): Promise<Feed> {
  const recording = await loadRecording(Date.now())
  return {
    description: 'webhooks that a real Alertmanager sent once, moved to now',
    delay: '',
    mixedAfterMs: 2_400,
    repeatAfterMs: 4_300,
    searchAfterMs: 5_800,
    resolvedAfterMs: 6_800,
    words: (part) => `Alertmanager's webhook: ${inWords(recording[part].alerts)}.`,
    send: (part) => post(webhookUrl, recording[part]),
    stop: async () => {},
  }
}

/** Runs the Alertmanager at `binary` in `folder`. It waits for its own timers too, so the alerts resolve sooner. */
async function alertmanagerFeed(
  binary: string,
  folder: string,
  webhookUrl: string,
  signal: AbortSignal,
): Promise<Feed> {
  const alertmanager = await startAlertmanager(binary, folder, webhookUrl, null, signal)
  const recording = await loadRecording(Date.now())
  return {
    description: `Alertmanager ${alertmanager.version}, running beside the router (${binary})`,
    delay: 'Alertmanager itself waits up to 1 s. ',
    mixedAfterMs: 2_400,
    repeatAfterMs: null,
    searchAfterMs: 4_600,
    resolvedAfterMs: 6_600,
    words: (part) => `To Alertmanager, as Prometheus would: ${inWords(recording[part].alerts)}.`,
    send: (part) => alertmanager.send(recording[part].alerts),
    stop: () => alertmanager.stop(),
  }
}

/** 200 means stored: the router answers after its commit. */
async function post(url: string, body: RecordedWebhook): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the router answered ${response.status}: ${await response.text()}`)
}

/** `2 firing (checkout, refunds), 1 resolved (ledger)` */
function inWords(alerts: readonly RecordedAlert[]): string {
  const parts = (['firing', 'resolved'] as const).map((status) => {
    const services = alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.service ?? '?')
    return services.length === 0 ? '' : `${services.length} ${status} (${services.join(', ')})`
  })
  return parts.filter((part) => part !== '').join(', ')
}
