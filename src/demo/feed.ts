/** Where the demo's alerts come from: the recording itself, or a real Alertmanager that is given the same alerts. */
import { findAlertmanager, startAlertmanager } from './alertmanager.ts'
import { loadRecording, type RecordedAlert, type RecordedWebhook } from './recorded.ts'

/** Times are ms after the first alert, as in the recording. */
export interface Feed {
  readonly description: string
  readonly mixedAfterMs: number
  /** How long the source itself keeps it, in words; '' if not at all. */
  readonly delay: string
  /** When the source says again what it said before; null where it is not ours to say. */
  readonly repeatAfterMs: number | null
  readonly resolvedAfterMs: number
  /** Resolves with what was sent to whom, in words. */
  send(part: 'firing' | 'mixed' | 'resolved'): Promise<string>
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
    description: 'three webhooks that a real Alertmanager sent once, moved to now',
    delay: '',
    mixedAfterMs: 3_000,
    repeatAfterMs: 6_000,
    resolvedAfterMs: 10_000,
    send: async (part) => {
      const status = await post(webhookUrl, recording[part])
      return `Alertmanager's webhook: ${inWords(recording[part].alerts)}; stored, answered ${status}.`
    },
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
    delay: 'Alertmanager keeps them up to 2 s. ',
    mixedAfterMs: 3_000,
    repeatAfterMs: null,
    resolvedAfterMs: 7_000,
    send: async (part) => {
      const { alerts } = recording[part]
      await alertmanager.send(alerts)
      return `To Alertmanager, as Prometheus would: ${inWords(alerts)}.`
    },
    stop: () => alertmanager.stop(),
  }
}

async function post(url: string, body: RecordedWebhook): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the router answered ${response.status}: ${await response.text()}`)
  return response.status
}

/** `2 firing (checkout, refunds), 1 resolved (ledger)` */
function inWords(alerts: readonly RecordedAlert[]): string {
  const parts = (['firing', 'resolved'] as const).map((status) => {
    const services = alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.service ?? '?')
    return services.length === 0 ? '' : `${services.length} ${status} (${services.join(', ')})`
  })
  return parts.filter((part) => part !== '').join(', ')
}
