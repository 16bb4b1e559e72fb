/** A real Alertmanager for the demo, if this machine has one: found, configured, fed with alerts, and ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isRecord, text } from '../stand-in/json.ts'
import type { RecordedAlert } from './recorded.ts'

/** An alert of which Alertmanager hears nothing more ends by itself after this long; the demo is over sooner. */
const fireForMs = 300_000
const startWithinMs = 5_000
const stopWithinMs = 2_000

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
  const given = env.ALERTMANAGER_BIN ?? ''
  if (given !== '') {
    if (isExecutable(given)) return given
    throw new Error(
      `ALERTMANAGER_BIN=${given} is no program that can be run. Give the path of Alertmanager, or unset it.`,
    )
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const names = ['prometheus-alertmanager', 'alertmanager']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null
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
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    binary,
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-2_000)
  })
  child.on('error', (error) => {
    complaint += error.message
  })
  const url = `http://${address}`
  if (!(await isReady(url, child, signal))) {
    await stop(child)
    signal?.throwIfAborted()
    throw new Error(
      `${binary} did not start: ${complaint.trim() || `no answer from ${url} within ${startWithinMs} ms`}`,
    )
  }
  return { url, version: await versionOf(url), send: (alerts) => send(url, alerts), stop: () => stop(child) }
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

async function isReady(url: string, child: ChildProcess, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + startWithinMs
  while (Date.now() < deadline && signal?.aborted !== true && child.exitCode === null && child.pid !== undefined) {
    const ready = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return true
    await pause(50)
  }
  return false
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const giveUp = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await ended
  clearTimeout(giveUp)
}

/** Debian's 0.25 does not say which port it got when asked for port 0, so one is picked before. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
