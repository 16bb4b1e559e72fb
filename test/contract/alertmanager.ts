/** A real Alertmanager with short timers: told of alerts as Prometheus would, silenced, killed, and begun again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { scrape, until } from './until.ts'

/** How long Alertmanager believes in an alert of which it hears nothing more; Prometheus says about 4 minutes. */
const FIRES_FOR_MS = 240_000

/**
 * Runs its arguments until its input ends, then kill -9: the input is a pipe from here, so it ends with us too, however
 * that happens. Test runners end their workers without a word to `exit` listeners.
 */
const DIES_WITH_STDIN = '"$@" & cat; kill -9 $!'

/** The last words kept of what the program prints, for failure texts. */
const KEPT_OUTPUT = 4_000

/** An alert as a rule of Prometheus raises it; it keeps `startsAt` (epoch ms) for as long as it fires. */
export interface RaisedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: number
}

export interface AlertmanagerSettings {
  /** The webhook's address. */
  readonly url: string
  /** `1h` unless told: within a test nothing is said again for the sake of saying it. */
  readonly repeatInterval?: string
  /** File with the bearer token, which is read anew for every request; no token unless told. */
  readonly tokenFile?: string
  /** False unless told. */
  readonly followRedirects?: boolean
}

export class RealAlertmanager {
  readonly #binary: string
  readonly #folder: string
  readonly #address: string
  #child: ChildProcess | null = null
  #output = ''

  /** Started and ready; ended when the test is over, whatever happens. */
  static async start(binary: string, settings: AlertmanagerSettings): Promise<RealAlertmanager> {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-alertmanager-'))
    const alertmanager = new RealAlertmanager(binary, folder, await freePort())
    onTestFailed(() => console.error(alertmanager.#output))
    onTestFinished(async () => {
      await alertmanager.kill()
      await rm(folder, { recursive: true, force: true })
    })
    await writeFile(join(folder, 'alertmanager.yml'), configText(settings))
    await alertmanager.start()
    return alertmanager
  }

  private constructor(binary: string, folder: string, port: number) {
    this.#binary = binary
    this.#folder = folder
    this.#address = `127.0.0.1:${port}`
  }

  /** Base of its API. */
  get url(): string {
    return `http://${this.#address}`
  }

  /** Begins (again) on the same storage; resolves when it is ready. */
  async start(): Promise<void> {
    if (this.#child !== null) throw new Error('this Alertmanager runs; kill it first')
    const child = spawn(
      '/bin/sh',
      [
        ...['-c', DIES_WITH_STDIN, 'sh', this.#binary],
        `--config.file=${join(this.#folder, 'alertmanager.yml')}`,
        `--storage.path=${join(this.#folder, 'data')}`,
        `--web.listen-address=${this.#address}`,
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    )
    this.#child = child
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
    })
    await until(`Alertmanager is ready at ${this.#address}`, () => this.#isReady())
  }

  /** kill -9; resolves when it is gone. A second call does nothing. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null) return
    const gone = once(child, 'close')
    child.stdin?.end()
    await gone
  }

  /** Says that these fire, and for `forMs` from now on even if nothing more is heard of them. */
  fire(alerts: readonly RaisedAlert[], forMs = FIRES_FOR_MS): Promise<void> {
    return this.#post(alerts, Date.now() + forMs)
  }

  /** Says that these have ended now. */
  resolve(alerts: readonly RaisedAlert[]): Promise<void> {
    return this.#post(alerts, Date.now())
  }

  /** Mutes what has this label for an hour; resolves with the silence's id. */
  async silence(name: string, value: string): Promise<string> {
    const answer = await this.#ask('POST', '/api/v2/silences', {
      matchers: [{ name, value, isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'test',
      comment: '',
    })
    return (JSON.parse(answer) as { silenceID: string }).silenceID
  }

  async endSilence(id: string): Promise<void> {
    await this.#ask('DELETE', `/api/v2/silence/${id}`)
  }

  /** The sum of a metric's samples, its name without `alertmanager_`. */
  metric(name: string): Promise<number> {
    return scrape(`http://${this.#address}`, `alertmanager_${name}`, [])
  }

  async #post(alerts: readonly RaisedAlert[], endsAt: number): Promise<void> {
    const times = (alert: RaisedAlert) => ({
      startsAt: new Date(alert.startsAt).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
    })
    const body = alerts.map((alert) => ({ ...alert, ...times(alert) }))
    await this.#ask('POST', '/api/v2/alerts', body)
  }

  async #ask(method: string, path: string, body?: unknown): Promise<string> {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) ?? null }
    const response = await fetch(`http://${this.#address}${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status} to ${method} ${path}: ${text}`)
    return text
  }

  async #isReady(): Promise<boolean> {
    const answer = await fetch(`http://${this.#address}/-/ready`).catch(() => null)
    await answer?.text()
    return answer?.ok === true
  }
}

/** JSON is YAML. Without group_wait a flush is due as soon as there is something to say. */
function configText({ url, repeatInterval = '1h', tokenFile, followRedirects = false }: AlertmanagerSettings): string {
  const authorization = tokenFile === undefined ? {} : { authorization: { credentials_file: tokenFile } }
  return JSON.stringify({
    route: {
      receiver: 'alert-router',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '500ms',
      repeat_interval: repeatInterval,
    },
    receivers: [
      {
        name: 'alert-router',
        webhook_configs: [
          {
            url,
            send_resolved: true,
            max_alerts: 0,
            http_config: { follow_redirects: followRedirects, ...authorization },
          },
        ],
      },
    ],
  })
}
