/** One Alertmanager group on one connection: it changes its alerts, posts them, and repeats a post until it gets 2xx. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fingerprintOf, type SentAlert, webhookPayload } from '../harness/alertmanager.ts'
import type { Program } from './program.ts'

const ALERTS = 6

/** One change in so many posts: the rest are repeats, as in life. */
const CHANGE_IN = 5

const RETRY_MS = 15
const NO_ANSWER_MS = 15_000

/** One body that Alertmanager sends until it is accepted; `id` is its groupKey, so that the database shows it. */
export interface Post {
  readonly id: string
  readonly alerts: readonly SentAlert[]
}

/** One time that a post was written to a running router. */
export interface Try {
  readonly post: Post
  readonly life: number
  /** Handed to the system in full before the kill. */
  sent: boolean
  /** Null for no answer. */
  status: number | null
}

/** One firing life of an alert, named by fingerprint and start. */
export interface Life {
  readonly key: string
  readonly team: string
  /** When the accepted end was, epoch ms; null while it fires. */
  endsAt: number | null
}

/** Called at the instants at which a kill may be aimed. */
export interface SenderHooks {
  sent(): void
  answered(): void
}

export function lifeKey(fingerprint: string, startsAt: number): string {
  return `${fingerprint}@${startsAt}`
}

export class Sender {
  /** What was accepted with 2xx, by life key: the truth. */
  readonly lives = new Map<string, Life>()
  readonly tries: Try[] = []
  accepted = 0
  readonly #name: string
  readonly #team: string
  readonly #program: Program
  readonly #hooks: SenderHooks
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #alerts: { labels: Record<string, string>; startsAt: number | null }[]
  #posts = 0
  #clock = Date.now()
  #finishing = false
  #onAir: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(name: string, team: string, program: Program, hooks: SenderHooks) {
    this.#name = name
    this.#team = team
    this.#program = program
    this.#hooks = hooks
    this.#alerts = Array.from({ length: ALERTS }, (_, n) => ({
      labels: { alertname: name, instance: `host-${n}`, severity: 'warning', team },
      startsAt: null,
    }))
  }

  /** Posts until `finish` or `stop`. Rejects on an answer that is neither 2xx nor 5xx. */
  async run(): Promise<void> {
    while (!this.#finishing && !this.#stopped) {
      await this.#deliver(this.#nextPost())
      await delay(2 + Math.random() * 8)
    }
    this.#agent.destroy()
  }

  /** Lets the present post be accepted and makes no other. */
  finish(): void {
    this.#finishing = true
  }

  /** Gives up at once. */
  stop(): void {
    this.#stopped = true
    this.#agent.destroy()
  }

  /** Resolves when the try that is under way has ended, with or without an answer. */
  quiet(): Promise<void> {
    return this.#onAir
  }

  #nextPost(): Post {
    const now = this.#tick()
    const ended: SentAlert[] = []
    if (this.#posts === 0 || Math.random() * CHANGE_IN < 1) {
      const changing = this.#alerts[Math.floor(Math.random() * ALERTS)]
      if (changing?.startsAt === null) changing.startsAt = now
      else if (changing !== undefined) {
        ended.push(sentAlert(changing.labels, changing.startsAt, now))
        changing.startsAt = null
      }
    }
    const firing = this.#alerts.flatMap(({ labels, startsAt }) =>
      startsAt === null ? [] : [sentAlert(labels, startsAt, null)],
    )
    return { id: `${this.#name}/${++this.#posts}`, alerts: [...firing, ...ended] }
  }

  async #deliver(post: Post): Promise<void> {
    if (post.alerts.length === 0) return
    const body = JSON.stringify({ ...webhookPayload(post.alerts), groupKey: post.id })
    while (!this.#stopped) {
      const trial = this.#send(post, body)
      this.#onAir = trial.then(() => {})
      const { status } = await trial
      if (status !== null && status >= 200 && status < 300) return this.#keep(post)
      if (status !== null && status < 500) throw new Error(`a post of ${this.#name} was answered ${status}`)
      await delay(RETRY_MS)
    }
  }

  #keep(post: Post): void {
    this.accepted += post.alerts.length
    for (const { labels, startsAt, endsAt } of post.alerts) {
      const key = lifeKey(fingerprintOf(labels), startsAt)
      this.lives.set(key, { key, team: this.#team, endsAt })
    }
  }

  #send(post: Post, body: string): Promise<Try> {
    const program = this.#program
    const trial: Try = { post, life: program.life, sent: false, status: null }
    return new Promise((resolve) => {
      const posting = request(`${program.url}/api/v1/webhooks/alertmanager`, {
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: NO_ANSWER_MS,
      })
      posting.once('finish', () => {
        if (program.killed || program.life !== trial.life) return
        trial.sent = true
        this.tries.push(trial)
        this.#hooks.sent()
      })
      posting.once('response', (answer) => {
        trial.status = answer.statusCode ?? null
        this.#hooks.answered()
        answer.resume()
        answer.once('close', () => resolve(trial))
      })
      posting.once('timeout', () => posting.destroy())
      posting.on('error', () => resolve(trial))
      posting.end(body)
    })
  }

  /** Later than every time before, so that each life of an alert has a start of its own. */
  #tick(): number {
    this.#clock = Math.max(this.#clock + 1, Date.now())
    return this.#clock
  }
}

function sentAlert(labels: Record<string, string>, startsAt: number, endsAt: number | null): SentAlert {
  return { labels, annotations: { summary: `${labels.alertname} on ${labels.instance}` }, startsAt, endsAt }
}
