/** What every stand-in has in common: messages that a story takes one by one, and requests that came to nothing. */
import { failure, quoted } from './failure.ts'

/** One message that a person (or a program) got. */
export interface InboxMessage {
  /** How it reads. */
  readonly text: string
  /** When it came, on the story's clock (epoch ms). */
  readonly at: number
}

/** Messages are counted as read by `expect`; what is left unread at the story's end fails it. */
export abstract class Inbox<Message extends InboxMessage = InboxMessage> {
  readonly name: string
  /** Every message a person may have seen, in order. */
  readonly messages: Message[] = []
  /** Every request that came, answered or not. */
  readonly requests: { readonly at: number; readonly answer: string }[] = []
  readonly faults: string[] = []
  protected readonly now: () => number
  #read = 0
  #wakers: (() => void)[] = []
  #held = 0

  constructor(name: string, now: () => number) {
    this.name = name
    this.now = now
  }

  /** Requests are left without an answer. */
  abstract get hangs(): boolean

  /** Closes the port: connections are refused until `recover`. */
  abstract refuse(): Promise<void>

  /** Works again, on the same port. */
  abstract recover(): Promise<void>

  abstract close(): Promise<void>

  /**
   * Takes the next unread message, which must match every pattern.
   * Throws with the message as a person would see it, or with the requests that were refused if none came.
   */
  expect(...patterns: readonly (RegExp | string)[]): Message {
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

  unread(): readonly Message[] {
    return this.messages.slice(this.#read)
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
  async arrives(...patterns: readonly (RegExp | string)[]): Promise<Message> {
    const patience = AbortSignal.timeout(5_000)
    const over = new Promise<void>((resolve) => patience.addEventListener('abort', () => resolve(), { once: true }))
    while (this.unread().length === 0 && !patience.aborted) await Promise.race([this.activity(), over])
    return this.expect(...patterns)
  }

  /** Counts a request as left hanging until the function returned here is called. */
  protected hold(): () => void {
    this.note('no answer')
    this.#held++
    return () => {
      this.#held--
      this.wake()
    }
  }

  protected note(answer: string): void {
    this.requests.push({ at: this.now(), answer })
  }

  protected wake(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }

  #past(): string[] {
    const last = this.requests.slice(-8).map((r) => `  ${new Date(r.at).toISOString()} answered ${r.answer}`)
    return this.requests.length === 0
      ? [`${this.name} got no request at all`]
      : [`${this.name} got ${this.requests.length} requests, last:`, ...last]
  }
}
