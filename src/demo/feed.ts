/** Where the demo's alerts come from: the recording itself, or a real Alertmanager that is given the same alerts. */
import { type Alertmanager, startAlertmanager } from './alertmanager.ts'
import { loadRecording, type RecordedWebhook } from './recorded.ts'

/** Seconds after the first alert at which each thing happens, as in the recording. */
export interface Feed {
  readonly description: string
  readonly mixedAfterMs: number
  /** When the source says again what it said before; null where it does so by itself. */
  readonly repeatAfterMs: number | null
  readonly resolvedAfterMs: number
  send(part: 'firing' | 'mixed' | 'resolved'): Promise<void>
  stop(): Promise<void>
}

/** Posts the recorded bodies to `webhookUrl`, as Alertmanager did when they were recorded. */
export async function recordedFeed(webhookUrl: string): Promise<Feed> {
  const recording = await loadRecording(Date.now())
  return {
    description: 'three webhooks that a real Alertmanager sent, moved to now',
    mixedAfterMs: 3_000,
    repeatAfterMs: 6_000,
    resolvedAfterMs: 10_000,
    send: (part) => post(webhookUrl, recording[part]),
    stop: async () => {},
  }
}

/** Runs the Alertmanager at `binary` in `folder`. It waits for its own group_wait too, so the alerts resolve sooner. */
export async function alertmanagerFeed(binary: string, folder: string, webhookUrl: string): Promise<Feed> {
  const alertmanager: Alertmanager = await startAlertmanager(binary, folder, webhookUrl, null)
  const recording = await loadRecording(Date.now())
  return {
    description: `a real Alertmanager, ${binary}`,
    mixedAfterMs: 3_500,
    repeatAfterMs: null,
    resolvedAfterMs: 7_500,
    send: (part) => alertmanager.send(recording[part].alerts),
    stop: () => alertmanager.stop(),
  }
}

async function post(url: string, body: RecordedWebhook): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the router answered ${response.status}: ${await response.text()}`)
}
