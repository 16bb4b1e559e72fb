/** A receiver that a story switches between working and every way of failing, and asks what it was sent. */
import type { ServerResponse } from 'node:http'
import { answer, type Received, type StandIn as Server, startStandIn } from '../../src/demo/stand-in.ts'
import { failure, quoted } from './failure.ts'

/** One message that a person (or a program behind the webhook) got. `text` is how it reads. */
export interface StandInMessage {
  readonly text: string
  /** The body, parsed. */
  readonly payload: Record<string, unknown>
  readonly headers: Received['headers']
  /** When it came, on the story's clock (epoch ms). */
  readonly at: number
}

export interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** What a kind of stand-in adds to the plain one. */
export interface StandInKind {
  /** What a working receiver answers. */
  readonly ok: Answer
  /** How its messages read. */
  toText(payload: unknown): string
  /** What is wrong with a request that a real one would refuse; null if nothing. The story fails on it. */
  fault(request: Received): string | null
}

type Mode = { type: 'ok' } | { type: 'answer'; answer: Answer } | { type: 'hang' } | { type: 'reset' }

/** Starts working. Messages are counted as read by `expect`; what is left unread at the story's end fails it. */
export class StandIn {
  readonly name: string
  /** Every message a person may have seen, in order. */
  readonly messages: StandInMessage[] = []
  /** Every request that came, answered or not. */
  readonly requests: { readonly at: number; readonly answer: string }[] = []
  readonly faults: string[] = []
  readonly #kind: StandInKind
  readonly #now: () => number
  readonly #url: string
  readonly #port: number
  #server: Server | null
  #mode: Mode = { type: 'ok' }
  #read = 0
  #wakers: (() => void)[] = []
  #held = 0

  static async start(name: string, kind: StandInKind, now: () => number): Promise<StandIn> {
    let self: StandIn | null = null
    const server = await startStandIn((received, response) => self?.respond(received, response))
    self = new StandIn(name, kind, now, server)
    return self
  }

  private constructor(name: string, kind: StandInKind, now: () => number, server: Server) {
    this.name = name
    this.#kind = kind
    this.#now = now
    this.#server = server
    this.#url = server.url
    this.#port = Number(new URL(server.url).port)
  }

  /** What goes into the team's secret. */
  get url(): string {
    return `${this.#url}/services/T0/B0/${this.name}`
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  /** Answers every request so, and shows nobody anything unless the status is 2xx. */
  answer(reply: Answer): void {
    this.#mode = { type: 'answer', answer: reply }
  }

  /** 429 with `Retry-After` in seconds. */
  rateLimit(retryAfterSeconds: number): void {
    this.answer({ status: 429, body: 'rate_limited', headers: { 'retry-after': String(retryAfterSeconds) } })
  }

  /** Takes connections and reads, but never answers. */
  hang(): void {
    this.#mode = { type: 'hang' }
  }

  /** Takes the message, then breaks the connection: people have it, the sender cannot know. */
  reset(): void {
    this.#mode = { type: 'reset' }
  }

  /** Closes the port: connections are refused until `recover`. */
  async refuse(): Promise<void> {
    await this.#server?.close()
    this.#server = null
  }

  /** Works again, on the same port. */
  async recover(): Promise<void> {
    this.#mode = { type: 'ok' }
    this.#server ??= await startStandIn((received, response) => this.respond(received, response), this.#port)
  }

  /**
   * Takes the next unread message, which must match every pattern.
   * Throws with the message as a person would see it, or with the requests that were refused if none came.
   */
  expect(...patterns: readonly (RegExp | string)[]): StandInMessage {
    const message = this.messages[this.#read]
    if (message === undefined)
      throw failure(this.expect, `${this.name} got no message to match ${patterns.join(' and ')}`, this.#past())
    this.#read++
    const missing = patterns.filter((pattern) =>
      typeof pattern === 'string' ? !message.text.includes(pattern) : !pattern.test(message.text),
    )
    if (missing.length > 0) {
      throw failure(this.expect, `${this.name}'s next message does not match ${missing.join(' nor ')}. It reads:`, [
        quoted(message.text),
        ...this.#past(),
      ])
    }
    return message
  }

  /** Nothing came that no `expect` has taken. */
  expectNothing(): void {
    const unread = this.unread()
    if (unread.length === 0) return
    throw failure(this.expectNothing, `${this.name} should have got nothing, but got:`, [
      ...unread.map((message) => quoted(message.text)),
      ...this.#past(),
    ])
  }

  unread(): readonly StandInMessage[] {
    return this.messages.slice(this.#read)
  }

  /** Requests are left without an answer. */
  get hangs(): boolean {
    return this.#mode.type === 'hang'
  }

  /** True while a request waits for an answer that will never come. */
  get holds(): boolean {
    return this.#held > 0
  }

  /** Resolves when the next request was read and answered, refused or left hanging. */
  activity(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve))
  }

  /** Waits (for real) until every caller that was left hanging has hung up. */
  async abandoned(): Promise<void> {
    while (this.holds) await this.activity()
  }

  /** Waits (for real, but only while nothing comes) for the next unread message, then as `expect`. */
  async arrives(...patterns: readonly (RegExp | string)[]): Promise<StandInMessage> {
    const patience = AbortSignal.timeout(5_000)
    const over = new Promise<void>((resolve) => patience.addEventListener('abort', () => resolve(), { once: true }))
    while (this.unread().length === 0 && !patience.aborted) await Promise.race([this.activity(), over])
    return this.expect(...patterns)
  }

  async close(): Promise<void> {
    await this.refuse()
  }

  respond(received: Received, response: ServerResponse): void {
    const fault = this.#kind.fault(received)
    if (fault !== null) this.faults.push(fault)
    const mode = this.#mode
    switch (mode.type) {
      case 'ok':
        this.#reply(received, response, fault === null ? this.#kind.ok : { status: 400, body: fault })
        break
      case 'answer':
        this.#reply(received, response, mode.answer)
        break
      case 'reset':
        this.#note('reset')
        this.#keep(received)
        response.socket?.resetAndDestroy()
        break
      case 'hang':
        this.#note('no answer')
        this.#held++
        response.once('close', () => {
          this.#held--
          for (const wake of this.#wakers.splice(0)) wake()
        })
        break
    }
    for (const wake of this.#wakers.splice(0)) wake()
  }

  #reply(received: Received, response: ServerResponse, reply: Answer): void {
    this.#note(String(reply.status))
    if (reply.status >= 200 && reply.status < 300) this.#keep(received)
    answer(response, reply.status, reply.body ?? '', reply.headers)
  }

  #keep(received: Received): void {
    const payload = JSON.parse(received.body) as Record<string, unknown>
    this.messages.push({ text: this.#kind.toText(payload), payload, headers: received.headers, at: this.#now() })
  }

  #note(reply: string): void {
    this.requests.push({ at: this.#now(), answer: reply })
  }

  #past(): string[] {
    const last = this.requests.slice(-8).map((r) => `  ${new Date(r.at).toISOString()} answered ${r.answer}`)
    return this.requests.length === 0
      ? [`${this.name} got no request at all`]
      : [`${this.name} got ${this.requests.length} requests, last:`, ...last]
  }
}
