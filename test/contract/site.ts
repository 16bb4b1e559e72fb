/** A router on the system clock with one receiver behind it, and what both remember of the alerts that came. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'
import { INGEST_PATH } from '../../src/alert/http.ts'
import { type Environment, readConfig } from '../../src/config.ts'
import { type Router, startRouter } from '../../src/router.ts'
import { freePort } from '../../src/stack/ports.ts'
import { type Inboxes, openInboxes } from '../harness/inboxes.ts'
import type { StandIn } from '../harness/stand-in.ts'
import type { RaisedAlert } from './alertmanager.ts'
import { scrape, until } from './until.ts'

/** Quick to speak, so that anything said twice is said before the test ends. */
const team = `
team: default
receivers:
  - name: ledger
    webhook_configs:
      - url: env:DEFAULT_WEBHOOK_URL
        secret: env:DEFAULT_WEBHOOK_SECRET
route:
  receiver: ledger
  group_by: [alertname]
  group_wait: 0s
  group_interval: 100ms
`

/** What the receiver was told of each alert, by its label `instance`; a message without news stands under its reason. */
export type Told = Readonly<Record<string, readonly string[]>>

/** The part of an alert in the API that is looked at here. */
export interface KeptAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
}

/** One alert of the rule DiskFull, firing since now. */
export function raise(instance: string): RaisedAlert {
  return { labels: { alertname: 'DiskFull', instance }, annotations: {}, startsAt: Date.now() }
}

/** Started, and stopped when the test is over. `env` is what the operator sets beside what a router needs. */
export async function openSite(env: Environment = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-contract-'))
  const inboxes = await openInboxes([team], Date.now)
  const site = new Site(folder, inboxes, await freePort(), env)
  onTestFinished(async () => {
    await site.stop()
    await Promise.all(inboxes.all.map((standIn) => standIn.close()))
    await rm(folder, { recursive: true, force: true })
  })
  await mkdir(join(folder, 'teams'))
  await writeFile(join(folder, 'teams', 'default.yml'), team)
  await site.start()
  return site
}

class Site {
  readonly url: string
  readonly webhookUrl: string
  readonly #env: Environment
  readonly #database: string
  readonly #inbox: StandIn
  #router: Router | null = null

  constructor(folder: string, inboxes: Inboxes, port: number, env: Environment) {
    this.url = `http://127.0.0.1:${port}`
    this.webhookUrl = this.url + INGEST_PATH
    this.#database = join(folder, 'alert-router.db')
    this.#inbox = inboxes.get('DEFAULT_WEBHOOK_URL')
    this.#env = {
      PORT: String(port),
      DATABASE_URL: `file:${this.#database}`,
      BALLAST: '0',
      TEAMS_DIR: join(folder, 'teams'),
      ALLOW_DESTINATIONS: this.#inbox.address,
      LOG_LEVEL: 'silent',
      ...inboxes.secrets,
      ...env,
    }
  }

  /** Starts the router (again) on the same port and database. */
  async start(): Promise<void> {
    this.#router = await startRouter({ config: readConfig(this.#env), env: this.#env })
  }

  /** Nothing listens any more; a second call does nothing. */
  async stop(): Promise<void> {
    await this.#router?.stop()
    this.#router = null
  }

  /** The sum of a metric's samples, its name without `alertrouter_`. */
  metric(name: string, ...labels: string[]): Promise<number> {
    return scrape(this.url, `alertrouter_${name}`, labels)
  }

  /** What Alertmanager was answered so far, by status. */
  answers(code: number): Promise<number> {
    return this.metric('webhook_requests_total', `code="${code}"`)
  }

  told(): Told {
    const told: Record<string, string[]> = {}
    for (const { payload } of this.#inbox.messages) {
      const { alerts, alertrouter } = payload as unknown as SentBody
      const changes = alerts.map((alert, i) => [alert.labels.instance ?? '', alertrouter.alerts[i]?.change ?? null])
      const news = changes.filter((entry): entry is [string, string] => entry[1] !== null)
      if (news.length === 0) told[alertrouter.reason] = [...(told[alertrouter.reason] ?? []), 'nothing new']
      for (const [instance, change] of news) told[instance] = [...(told[instance] ?? []), change]
    }
    return told
  }

  /** Waits until the receiver was told so much, then compares: what is missing or too much shows as a difference. */
  async tells(expected: Told): Promise<void> {
    const wordsIn = (told: Told) => Object.values(told).flat().length
    await until('the receiver is told enough', () => wordsIn(this.told()) >= wordsIn(expected)).catch(() => undefined)
    expect(this.told()).toEqual(expected)
  }

  /** As `tells`, and then the router goes through all that it has to do and stops: that was everything. */
  async tellsAtLast(expected: Told): Promise<void> {
    await this.tells(expected)
    await this.#router?.idle()
    await this.stop()
    expect(this.told()).toEqual(expected)
    expect(this.#inbox.faults).toEqual([])
    expect(this.count("notification where state <> 'delivered'")).toBe(0)
  }

  /** The alerts of the last message, as the receiver got them. */
  lastSent(): SentBody['alerts'] {
    return (this.#inbox.messages.at(-1)?.payload as unknown as SentBody | undefined)?.alerts ?? []
  }

  /** Every episode as the running router's API shows it, oldest first. */
  async kept(): Promise<KeptAlert[]> {
    const response = await fetch(`${this.url}/api/v1/alerts`)
    if (!response.ok) throw new Error(`/api/v1/alerts answered ${response.status}: ${await response.text()}`)
    const { alerts } = (await response.json()) as { alerts: KeptAlert[] }
    return alerts.reverse()
  }

  /** How many rows there are of this, such as `request where opened > 0`. */
  count(from: string): number {
    return this.#read((db) => db.prepare(`select count(*) from ${from}`).pluck().get() as number)
  }

  /** Another program begins to write to the database; the function it resolves with lets go of it. */
  async lockDatabase(): Promise<() => void> {
    await this.#router?.idle()
    // Its own patience must be 0: the driver waits synchronously, in the very process of the router.
    const db = new SqliteDriver(this.#database, { timeout: 0 })
    onTestFinished(() => void db.close())
    db.exec('begin immediate')
    return () => void db.exec('rollback')
  }

  #read<T>(look: (db: SqliteDriver.Database) => T): T {
    const db = new SqliteDriver(this.#database, { readonly: true, fileMustExist: true })
    try {
      return look(db)
    } finally {
      db.close()
    }
  }
}

/** The part of our webhook's body that is looked at here. */
interface SentBody {
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly fingerprint: string
  }[]
  readonly alertrouter: { readonly reason: string; readonly alerts: readonly { readonly change: string | null }[] }
}
