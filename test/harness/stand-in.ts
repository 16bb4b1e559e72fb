/** A receiver that a story switches between working and every way of failing, and asks what it was sent. */
import type { ServerResponse } from 'node:http'
import {
  answer,
  type Certificate,
  type Received,
  type StandIn as Server,
  startStandIn,
} from '../../src/stand-in/stand-in.ts'
import { Inbox, type InboxMessage } from './inbox.ts'

/** One message that came by HTTP. */
export interface StandInMessage extends InboxMessage {
  /** The body, parsed. */
  readonly payload: Record<string, unknown>
  readonly headers: Received['headers']
}

export interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** What a kind of stand-in adds to the plain one. */
export interface StandInKind {
  /** Spoken to over TLS. */
  readonly certificate?: Certificate
  /** What a working receiver answers. */
  readonly ok: Answer
  /** How its messages read. */
  toText(payload: unknown): string
  /** What is wrong with a request that a real one would refuse; null if nothing. The story fails on it. */
  fault(request: Received): string | null
}

type Mode = { type: 'ok' } | { type: 'answer'; answer: Answer } | { type: 'hang' } | { type: 'reset' }

/** Starts working. */
export class StandIn extends Inbox<StandInMessage> {
  readonly #kind: StandInKind
  readonly #url: string
  readonly #port: number
  #server: Server | null
  #mode: Mode = { type: 'ok' }

  static async start(name: string, kind: StandInKind, now: () => number): Promise<StandIn> {
    let self: StandIn | null = null
    const server = await startStandIn((received, response) => self?.respond(received, response), 0, kind.certificate)
    self = new StandIn(name, kind, now, server)
    return self
  }

  private constructor(name: string, kind: StandInKind, now: () => number, server: Server) {
    super(name, now)
    this.#kind = kind
    this.#server = server
    this.#url = server.url
    this.#port = Number(new URL(server.url).port)
  }

  /** Where the server is, without trailing slash. */
  get origin(): string {
    return this.#url
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

  async refuse(): Promise<void> {
    await this.#server?.close()
    this.#server = null
  }

  async recover(): Promise<void> {
    this.#mode = { type: 'ok' }
    const { certificate } = this.#kind
    this.#server ??= await startStandIn(
      (received, response) => this.respond(received, response),
      this.#port,
      certificate,
    )
  }

  get hangs(): boolean {
    return this.#mode.type === 'hang'
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
        this.note('reset')
        this.#keep(received)
        // A socket under TLS cannot be reset; cut off it is either way.
        if (this.#kind.certificate === undefined) response.socket?.resetAndDestroy()
        else response.socket?.destroy()
        break
      case 'hang':
        response.once('close', this.hold())
        break
    }
    this.wake()
  }

  #reply(received: Received, response: ServerResponse, reply: Answer): void {
    this.note(String(reply.status))
    if (reply.status >= 200 && reply.status < 300) this.#keep(received)
    answer(response, reply.status, reply.body ?? '', reply.headers)
  }

  #keep(received: Received): void {
    const payload = JSON.parse(received.body) as Record<string, unknown>
    this.messages.push({ text: this.#kind.toText(payload), payload, headers: received.headers, at: this.now() })
  }
}
