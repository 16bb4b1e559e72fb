/** A past to look into: the real pipeline on a real database, with receivers that answer as told and a clock that obeys. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { environmentTokens } from '../../src/access/tokens.ts'
import { parseWebhook } from '../../src/alert/webhook.ts'
import { buildApp } from '../../src/app.ts'
import type { Channel, ChannelName, Receipt } from '../../src/channel/channel.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openSqlite, type SqliteDatabase } from '../../src/db/sqlite.ts'
import { destinationRoutes } from '../../src/destination/http.ts'
import { groupRoutes } from '../../src/group/http.ts'
import { historyRoutes } from '../../src/history/http.ts'
import type { App } from '../../src/http/feature.ts'
import { createMetrics } from '../../src/metrics.ts'
import { notificationRoutes } from '../../src/notification/http.ts'
import { deliver, flush, ingest, type Pipeline } from '../../src/pipeline.ts'
import { reroute } from '../../src/reroute.ts'
import { Store } from '../../src/store.ts'
import { teamRoutes } from '../../src/team/http.ts'
import { loadTeams, type ReloadReport } from '../../src/team/loading.ts'
import type { Routing } from '../../src/team/routing.ts'
import { fingerprintOf, type SentAlert, webhookPayload } from '../harness/alertmanager.ts'

type TestLabels = Readonly<Record<string, string>>

export const delivered: Receipt = { outcome: 'delivered', status: 200, detail: 'ok', retryAfterMs: null }
export const busy: Receipt = { outcome: 'transient', status: 503, detail: 'busy', retryAfterMs: null }
export const gone: Receipt = { outcome: 'permanent', status: 404, detail: 'no_service', retryAfterMs: null }

const readToken = 'a-token-that-may-read'
const adminToken = 'a-token-that-may-do-all'

/** When every past begins. */
export const noon = Date.parse('2026-11-20T12:00:00.000Z')

export class Past {
  /** What the receivers answer. */
  answer: Receipt = delivered
  readonly db: SqliteDatabase
  readonly store = new Store()
  readonly app: App
  /** Shared with the database. */
  private readonly clock: { now: number }
  private readonly teamsDir: string
  private readonly pipeline: Pipeline
  private documents: { routing: Routing; report: ReloadReport } | null = null
  private readonly firing = new Map<string, SentAlert>()

  private constructor(db: SqliteDatabase, clock: { now: number }, teamsDir: string) {
    this.db = db
    this.clock = clock
    this.teamsDir = teamsDir
    this.pipeline = this.newPipeline()
    const { reader } = db
    const routing = () => this.loaded.routing
    this.app = buildApp({
      logger: pino({ level: 'silent' }),
      tokens: environmentTokens({ ingest: null, ingestPrevious: null, read: readToken, admin: adminToken }),
      publicUrl: null,
      metrics: createMetrics('0'),
      ready: async () => ({ ok: true, checks: [] }),
      features: [
        (scope) => historyRoutes(scope, { reader, routing, now: () => this.now }),
        (scope) => notificationRoutes(scope, { reader }),
        (scope) => destinationRoutes(scope, this.pipeline),
        (scope) => groupRoutes(scope, { reader, routing }),
        (scope) =>
          teamRoutes(scope, { reader, routing, report: () => this.loaded.report, reload: () => this.reload({}) }),
      ],
    })
  }

  /** Begins with these documents, by team; `default` is added when it is not given. Ends with the test. */
  static async begin(teams: Readonly<Record<string, string>> = {}): Promise<Past> {
    const past = await Past.open(teams)
    onTestFinished(() => past.close())
    return past
  }

  /** As `begin`, for several tests: whoever opens it closes it. */
  static async open(teams: Readonly<Record<string, string>> = {}): Promise<Past> {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-past-'))
    const clock = { now: noon }
    const db = await openSqlite({ file: join(folder, 'past.db'), now: () => clock.now })
    await migrate(db, join(import.meta.dirname, '../../migrations/sqlite'))
    const past = new Past(db, clock, join(folder, 'teams'))
    await db.transaction((tx) => past.store.load(tx, true))
    await mkdir(past.teamsDir)
    await past.reload({ default: defaultTeam, ...teams })
    return past
  }

  /** Takes TEAMS_DIR away. */
  async removeFolder(): Promise<void> {
    await rm(this.teamsDir, { recursive: true })
  }

  get now(): number {
    return this.clock.now
  }

  set now(now: number) {
    this.clock.now = now
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.db.close()
    await rm(dirname(this.teamsDir), { recursive: true })
  }

  private get loaded() {
    if (this.documents === null) throw new Error('no documents were loaded')
    return this.documents
  }

  private newPipeline(): Pipeline {
    const send = async () => this.answer
    const channel = (name: ChannelName): Channel => ({ name, maxInFlight: 1, pace: null, send })
    return {
      db: this.db,
      store: this.store,
      routing: () => this.loaded.routing,
      channels: {
        slack: channel('slack'),
        email: channel('email'),
        pagerduty: channel('pagerduty'),
        webhook: { ...channel('webhook'), maxInFlight: 16 },
      },
      endpoint: async () => ({ address: 'https://receiver.example', secret: null, host: null }),
      clock: { now: () => this.now, setTimer: () => () => {} },
      random: () => 0.5,
      owner: 'past',
      publicUrl: null,
      stopping: new AbortController().signal,
      onError: (error) => {
        throw error
      },
    }
  }

  /** Writes documents, brings them into force and routes what is open again. */
  async reload(teams: Readonly<Record<string, string>>): Promise<ReloadReport> {
    for (const [team, text] of Object.entries(teams)) await writeFile(join(this.teamsDir, `${team}.yml`), text)
    this.documents = await loadTeams({ db: this.db, store: this.store }, this.teamsDir)
    await reroute(this.pipeline)
    return this.documents.report
  }

  async fire(...alerts: readonly TestLabels[]): Promise<void> {
    const sent = alerts.map((labels): SentAlert => {
      const known = this.firing.get(fingerprintOf(labels))
      return known ?? { labels, annotations: { summary: 'it fires' }, startsAt: this.now, endsAt: null }
    })
    for (const alert of sent) this.firing.set(fingerprintOf(alert.labels), alert)
    await this.post(sent)
  }

  async resolve(...alerts: readonly TestLabels[]): Promise<void> {
    const sent = alerts.map((labels): SentAlert => {
      const known = this.firing.get(fingerprintOf(labels))
      this.firing.delete(fingerprintOf(labels))
      return { labels, annotations: {}, startsAt: this.now - 1_000, ...known, endsAt: this.now }
    })
    await this.post(sent)
  }

  private async post(alerts: readonly SentAlert[]): Promise<void> {
    // As it comes over the wire: JSON.parse makes `__proto__` an ordinary name.
    const webhook = parseWebhook(JSON.parse(JSON.stringify(webhookPayload(alerts))), this.now)
    if ('error' in webhook) throw new Error(webhook.error)
    await ingest(this.pipeline, 'default', webhook)
    await this.settle()
  }

  /** Lets time pass, doing at each instant what is due. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms
    for (let next = await this.settle(); next !== null && next <= end; next = await this.settle()) this.now = next
    this.now = end
    await this.settle()
  }

  /** Flushes and delivers until nothing is due now; returns when the next thing is. */
  private async settle(): Promise<number | null> {
    for (;;) {
      const flushAt = await flush(this.pipeline)
      const attempts: Promise<unknown>[] = []
      const readyAt = await deliver(this.pipeline, (attempt) => attempts.push(attempt))
      await Promise.all(attempts)
      if (attempts.length > 0 || (flushAt !== null && flushAt <= this.now)) continue
      return flushAt === null || readyAt === null ? (flushAt ?? readyAt) : Math.min(flushAt, readyAt)
    }
  }

  /** The answer to a GET with the read token; any other status than `wanted` is a failure. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async get(url: string, wanted = 200): Promise<any> {
    const response = await this.app.inject({ url, headers: { authorization: `Bearer ${readToken}` } })
    if (response.statusCode !== wanted) throw new Error(`${url} answered ${response.statusCode}: ${response.body}`)
    return JSON.parse(response.body)
  }

  async send(url: string, token: 'read' | 'admin') {
    const authorization = `Bearer ${token === 'read' ? readToken : adminToken}`
    const response = await this.app.inject({ method: 'POST', url, headers: { authorization } })
    return { status: response.statusCode, body: JSON.parse(response.body) }
  }
}

export const defaultTeam = `team: default
receivers:
  - name: everybody
    slack_configs:
      - api_url: env:DEFAULT_SLACK_URL
route:
  receiver: everybody
  group_by: [alertname]
`

export const payments = `team: payments
receivers:
  - name: chat
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
  - name: oncall
    webhook_configs:
      - url: https://bridge.example/hooks/t0k3n?key=t0k3n
route:
  receiver: chat
  group_by: [alertname]
  routes:
    - name: page
      matchers: ['severity="critical"', 'env!="test"']
      receiver: oncall
      continue: true
    - name: talk
      matchers: ['severity=~"warning|critical"']
      receiver: chat
`

export const checkout = { alertname: 'Errors', team: 'payments', severity: 'warning', service: 'checkout' }
