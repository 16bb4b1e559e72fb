/** Plays the API of one Alertmanager: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
import type { ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { answer, type Received, type StandIn, startStandIn } from '../../src/stand-in/stand-in.ts'
import { fingerprintOf } from './alertmanager.ts'
import type { FakeClock } from './clock.ts'

interface Kept {
  readonly labels: Readonly<Record<string, string>>
  readonly fingerprint: string
  readonly startsAt: number
  readonly state: string
}

/** Takes the place of a whole answer. */
export type Respond = (received: Received, response: ServerResponse) => void

const HOUR = 3_600_000

export class AlertmanagerApi {
  /** Method and path of every request, in order. */
  readonly requests: Received[] = []
  /** Name of this one and of all members, as its status says them. */
  cluster: { readonly name: string; readonly members: readonly string[] } | null = null
  /** Answers instead, unless null. */
  respond: Respond | null = null
  readonly #clock: FakeClock
  readonly #alerts = new Map<string, Kept>()
  #startedAt: number
  #port = 0
  #server: StandIn | null = null

  /** Up for an hour, knowing of nothing; closed when the test ends. */
  static async start(clock: FakeClock): Promise<AlertmanagerApi> {
    const api = new AlertmanagerApi(clock)
    await api.recover()
    onTestFinished(() => api.refuse())
    return api
  }

  private constructor(clock: FakeClock) {
    this.#clock = clock
    this.#startedAt = clock.now() - HOUR
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  get url(): string {
    return `http://${this.address}`
  }

  /** From now on it lists this alert; it has not ended. */
  list(
    labels: Readonly<Record<string, string>>,
    { state = 'active', startsAt = this.#clock.now(), fingerprint = fingerprintOf(labels) }: Partial<Kept> = {},
  ): void {
    this.#alerts.set(JSON.stringify(labels), { labels, fingerprint, startsAt, state })
  }

  /** From now on it does not list it: it has ended, or was never heard of. */
  drop(labels: Readonly<Record<string, string>>): void {
    this.#alerts.delete(JSON.stringify(labels))
  }

  /** Begins anew, as at its start: it knows of nothing. */
  restart(): void {
    this.#startedAt = this.#clock.now()
    this.#alerts.clear()
  }

  /** Closes the port: connections are refused until `recover`. */
  async refuse(): Promise<void> {
    await this.#server?.close()
    this.#server = null
  }

  async recover(): Promise<void> {
    this.#server ??= await startStandIn((received, response) => this.#answer(received, response), this.#port)
    this.#port = Number(new URL(this.#server.url).port)
  }

  /** The body that it answers now. */
  body(path: string): unknown {
    if (path !== '/api/v2/status') return [...this.#alerts.values()].map((kept) => this.#listed(kept))
    const peers = (this.cluster?.members ?? []).map((name) => ({ name, address: '127.0.0.1:9094' }))
    return {
      cluster: { ...(this.cluster !== null && { name: this.cluster.name }), peers, status: 'ready' },
      config: { original: 'route: {}' },
      uptime: new Date(this.#startedAt).toISOString(),
      versionInfo: { version: '0.25.0' },
    }
  }

  /** By its own clock, which the story's is. */
  get headers(): Record<string, string> {
    return { 'content-type': 'application/json', date: new Date(this.#clock.now()).toUTCString() }
  }

  #answer(received: Received, response: ServerResponse): void {
    this.requests.push(received)
    const { pathname } = new URL(received.path, 'http://api')
    if (this.respond !== null) this.respond(received, response)
    else if (pathname !== '/api/v2/status' && pathname !== '/api/v2/alerts') answer(response, 404, 'null')
    else answer(response, 200, JSON.stringify(this.body(pathname)), this.headers)
  }

  #listed({ labels, fingerprint, startsAt, state }: Kept): object {
    return {
      annotations: {},
      endsAt: new Date(this.#clock.now() + 240_000).toISOString(),
      fingerprint,
      receivers: [{ name: 'alert-router' }],
      startsAt: new Date(startsAt).toISOString(),
      status: { inhibitedBy: [], silencedBy: [], state },
      updatedAt: new Date(this.#clock.now()).toISOString(),
      labels,
    }
  }
}
