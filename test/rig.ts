/** A pipeline on a store, without workers and without network: each verb runs when a test says so, receivers answer as told. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseWebhook } from '../src/alert/webhook.ts'
import type { Channel, ChannelName, Message, Outcome, Receipt } from '../src/channel/channel.ts'
import type { Database } from '../src/db/database.ts'
import type { IngestSummary } from '../src/episode/follow.ts'
import { ApiError } from '../src/errors.ts'
import { dueAt } from '../src/group/timers.ts'
import { keepHouse } from '../src/housekeeping.ts'
import type { Destination } from '../src/notification/outbox.ts'
import { type Attempted, deliver, flush, ingest, type Pipeline } from '../src/pipeline.ts'
import { reroute } from '../src/reroute.ts'
import { Store } from '../src/store.ts'
import { loadTeams } from '../src/team/loading.ts'
import { Routing } from '../src/team/routing.ts'
import { webhookPayload } from './harness/alertmanager.ts'
import type { FakeClock } from './harness/clock.ts'
import type { OpenStore, TestedStore } from './stores.ts'

/** An alert to post: labels, since when, and until when if it is over. Times are epoch ms. */
export interface Posted {
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: number
  readonly endsAt?: number
  readonly fingerprint?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** An attempt under way: what is being sent where, waiting for the test to say how it ends. */
export interface Sending {
  readonly message: Message
  readonly destination: Destination
  /** Ends the attempt; resolves once that is settled. */
  end(outcome: Outcome, more?: Partial<Receipt>): Promise<Attempted>
  /** Ends it as a bug in a channel would. */
  fail(error: Error): Promise<Attempted>
}

/** What a transaction of a failing rig rejects with. */
export class CommitFails extends ApiError {
  constructor() {
    super('unavailable', 'The disk of this test is full.')
  }
}

export class Rig {
  readonly db: Database
  readonly clock: FakeClock
  readonly store = new Store()
  readonly pipeline: Pipeline
  /** Attempts under way, oldest first. */
  readonly sending = new Set<Sending>()
  /** What `onError` was told. */
  readonly errors: { error: unknown; what: string }[] = []
  readonly stopping = new AbortController()
  /** While true, every transaction of the pipeline does its work and then fails. */
  failing = false
  /** What it fails with: a full disk, unless a test means a fault of ours. */
  failsWith: Error = new CommitFails()
  #routing = new Routing(new Map())
  readonly #opened: OpenStore
  readonly #folder: string
  readonly #tracked: Promise<Attempted>[] = []

  constructor(opened: OpenStore, folder: string, overrides: Partial<Pipeline> = {}) {
    this.#opened = opened
    this.db = this.#failingDatabase(opened.db)
    this.clock = opened.clock
    this.#folder = folder
    this.pipeline = {
      db: this.db,
      store: this.store,
      routing: () => this.#routing,
      channels: {
        slack: this.#channel('slack', 1),
        email: this.#channel('email', 1),
        pagerduty: this.#channel('pagerduty', 1),
        webhook: this.#channel('webhook', 16),
      },
      endpoint: async () => ({ address: 'https://receiver.test/', secret: null, host: null }),
      clock: opened.clock,
      random: () => 0,
      owner: 'rig',
      publicUrl: null,
      stopping: this.stopping.signal,
      onError: (error, what) => this.errors.push({ error, what }),
      ...overrides,
    }
    this.db.onRollback(async (tx) => {
      await this.store.load(tx, false)
      this.schedule()
    })
  }

  get routing(): Routing {
    return this.#routing
  }

  /** Puts these documents in force, by team, and routes open episodes again. `default` is added unless given. */
  async documents(teams: Readonly<Record<string, string>>): Promise<void> {
    await this.load(teams)
    await reroute(this.pipeline)
  }

  /** Only the first half: open episodes stay where they are. */
  async load(teams: Readonly<Record<string, string>>): Promise<void> {
    const folder = await mkdtemp(join(this.#folder, 'teams-'))
    const withDefault = { default: defaultDocument, ...teams }
    for (const [team, text] of Object.entries(withDefault)) await writeFile(join(folder, `${team}.yml`), text)
    const { routing, report } = await loadTeams({ db: this.db, store: this.store }, folder)
    if (report.problems.length > 0)
      throw new Error(`the test's documents are broken: ${JSON.stringify(report.problems)}`)
    this.#routing = routing
  }

  /** Posts one webhook with these alerts. */
  post(...alerts: readonly Posted[]): Promise<IngestSummary> {
    return this.postAs('default', ...alerts)
  }

  postAs(source: string, ...alerts: readonly Posted[]): Promise<IngestSummary> {
    const webhook = parseWebhook(payload(alerts), this.clock.now())
    if ('error' in webhook) throw new Error(webhook.error)
    return ingest(this.pipeline, source, webhook)
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms, async () => {})
  }

  /** Flushes all that is due now; returns when the next group is. */
  async flush(): Promise<number | null> {
    for (let rounds = 0; rounds < 50; rounds++) {
      const next = await flush(this.pipeline)
      if (next === null || next > this.clock.now()) return next
    }
    throw new Error('a group is due again and again at one instant')
  }

  /** Begins every attempt that may begin now; they wait in `sending`. Returns those that began. */
  async claim(): Promise<Sending[]> {
    const before = new Set(this.sending)
    await deliver(this.pipeline, (attempt) => this.#tracked.push(attempt))
    // An attempt reads its endpoint first: `send` is called some microtasks later.
    await new Promise(setImmediate)
    return [...this.sending].filter((sending) => !before.has(sending))
  }

  /** Claims and delivers all that may be sent now, in rounds until nothing is left; returns the messages in order. */
  async deliverAll(): Promise<Message[]> {
    const messages: Message[] = []
    for (let rounds = 0; rounds < 200; rounds++) {
      const begun = await this.claim()
      if (begun.length === 0) return messages
      for (const sending of begun) {
        messages.push(sending.message)
        await sending.end('delivered')
      }
    }
    throw new Error('deliveries never come to an end')
  }

  /** Lets `ms` pass in one step, then flushes and delivers what is due. */
  async after(ms: number): Promise<Message[]> {
    await this.advance(ms)
    await this.flush()
    return this.deliverAll()
  }

  keepHouse(): Promise<number> {
    return keepHouse(this.pipeline)
  }

  /** Files every group under its time, as the router does after a load. */
  schedule(): void {
    for (const group of this.store.groups.everyLife()) {
      this.store.groups.schedule(
        group,
        dueAt(group.state, this.#routing.config(group.team, group.routeId, group.about)),
      )
    }
  }

  /** A second store that reads the same tables, as after a restart without a crash. */
  async reloaded(): Promise<Store> {
    const fresh = new Store()
    await this.db.transaction((tx) => fresh.load(tx, false))
    for (const { groupId, destinationId } of this.store.outbox.everyUnderWay())
      fresh.groups.hold(groupId, destinationId)
    return fresh
  }

  async close(): Promise<void> {
    await this.#opened.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #failingDatabase(db: Database): Database {
    return {
      transaction: (work, weight) => {
        if (!this.failing) return db.transaction(work, weight)
        return db.transaction(async (tx) => {
          await work(tx)
          throw this.failsWith
        }, weight)
      },
      prune: (work) => db.prune(work),
      reader: db.reader,
      onRollback: (reload) => db.onRollback(reload),
      now: () => db.now(),
      backlog: () => db.backlog(),
      close: () => db.close(),
    }
  }

  /** Attempts call `send` in the order in which they were tracked. */
  #channel(name: ChannelName, maxInFlight: number): Channel {
    const send = (message: Message) => {
      const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
      const attempt = this.#tracked.shift()
      const pending = [...this.store.outbox.everyPending()].find(({ id }) => id === message.notificationId)
      if (attempt === undefined || pending === undefined) throw new Error('something is sent that was not claimed')
      const end = (settle: () => void) => {
        this.sending.delete(sending)
        settle()
        return attempt
      }
      const sending: Sending = {
        message,
        destination: this.store.outbox.destination(pending.destinationId),
        end: (outcome, more) =>
          end(() => resolve({ outcome, status: null, detail: outcome, retryAfterMs: null, ...more })),
        fail: (error) => end(() => reject(error)),
      }
      this.sending.add(sending)
      return promise
    }
    return { name, maxInFlight, pace: null, send }
  }
}

/** A rig on a store of its own, closed when the test ends. */
export async function rigOn(store: TestedStore, overrides?: Partial<Pipeline>): Promise<Rig> {
  const rig = await openRig(store, overrides)
  onTestFinished(() => rig.close())
  return rig
}

/** As `rigOn`, for properties that need many: the caller closes it. */
export async function openRig(store: TestedStore, overrides?: Partial<Pipeline>): Promise<Rig> {
  const rig = new Rig(await store.open(), await mkdtemp(join(tmpdir(), 'alert-router-rig-')), overrides)
  await rig.db.transaction((tx) => rig.store.load(tx, true))
  return rig
}

/** One Slack destination, one alert a group, at once: tests of something else need not wait. */
export const defaultDocument = `
team: default
receivers:
  - name: everybody
    slack_configs: [{ api_url: env:DEFAULT_SLACK_URL }]
route:
  receiver: everybody
  group_by: [alertname]
  group_wait: 0s
`

/** The body Alertmanager would post. */
export function payload(alerts: readonly Posted[]): Record<string, unknown> {
  const sent = alerts.map(({ labels, annotations = {}, startsAt, endsAt = null }) => ({
    labels,
    annotations,
    startsAt,
    endsAt,
  }))
  const body = webhookPayload(sent)
  const own = (body.alerts as object[]).map((alert, i) => {
    const fingerprint = alerts[i]?.fingerprint
    return fingerprint === undefined ? alert : { ...alert, fingerprint }
  })
  return { ...body, alerts: own }
}
