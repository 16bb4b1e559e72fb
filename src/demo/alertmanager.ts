/** A real Alertmanager for the demo, if this machine has one: found, configured, fed with alerts, and ended. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findComponent } from '../stack/components.ts'
import { freePort } from '../stack/ports.ts'
import { program } from '../stack/program.ts'
import { isRecord, text } from '../stand-in/json.ts'
import type { RecordedAlert } from './recorded.ts'

/** An alert of which Alertmanager hears nothing more ends by itself after this long; the demo is over sooner. */
const fireForMs = 300_000
const readyWithinMs = 5_000

export interface Alertmanager {
  readonly url: string
  /** Such as `0.25.0`. */
  readonly version: string
  /** Hands alerts in as Prometheus would; a resolved one ends now. */
  send(alerts: readonly RecordedAlert[]): Promise<void>
  stop(): Promise<void>
}

/** `ALERTMANAGER_BIN`, else `prometheus-alertmanager` or `alertmanager` on PATH, else null. */
export function findAlertmanager(env: Readonly<Record<string, string | undefined>>): string | null {
  return findComponent(env, 'alertmanager')
}

/** Starts it in `folder`, sending to `webhookUrl` (with `token` as bearer, if there is one). Throws if it does not come up, or when `signal` aborts before. */
export async function startAlertmanager(
  binary: string,
  folder: string,
  webhookUrl: string,
  token: string | null,
  signal?: AbortSignal,
): Promise<Alertmanager> {
  const config = join(folder, 'alertmanager.yml')
  await writeFile(config, configText(webhookUrl, token), { mode: 0o600 })
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const url = `http://${address}`
  const alertmanager = program({
    name: binary,
    binary,
    args: [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    env: {},
    log: join(folder, 'alertmanager.log'),
    readyUrl: `${url}/-/ready`,
    readyWithinMs,
  })
  await alertmanager.start(signal)
  return { url, version: await versionOf(url), send: (alerts) => send(url, alerts), stop: alertmanager.stop }
}

/** Timers as short as the demo's own; JSON is YAML. */
function configText(webhookUrl: string, token: string | null): string {
  const webhook = {
    url: webhookUrl,
    send_resolved: true,
    ...(token === null ? {} : { http_config: { authorization: { credentials: token } } }),
  }
  return JSON.stringify({
    route: {
      receiver: 'alert-router',
      group_by: ['alertname', 'team'],
      group_wait: '1s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'alert-router', webhook_configs: [webhook] }],
  })
}

async function send(url: string, alerts: readonly RecordedAlert[]): Promise<void> {
  const body = alerts.map(({ status, labels, annotations, startsAt, generatorURL }) => {
    const endsAt = new Date(Date.now() + (status === 'firing' ? fireForMs : 0)).toISOString()
    return { labels, annotations, startsAt, endsAt, generatorURL }
  })
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`)
}

async function versionOf(url: string): Promise<string> {
  const status: unknown = await fetch(`${url}/api/v2/status`).then((response) => response.json())
  const info = isRecord(status) ? status.versionInfo : null
  return isRecord(info) ? text(info.version) : ''
}
