/** Stories: a real router on a fresh database behind a real socket, real receivers on loopback, and a clock that obeys. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import type { Router } from '../../src/router.ts'
import { fingerprintOf, type SentAlert, webhookPayload } from './alertmanager.ts'
import { durationMs, FakeClock } from './clock.ts'
import { failure } from './failure.ts'
import { type Inboxes, openInboxes } from './inboxes.ts'
import type { Mailbox } from './mailbox.ts'
import { type RouterPlace, start } from './router.ts'
import type { StandIn } from './stand-in.ts'

/** Label names to values; `team` and `severity` are labels like any other. */
export type StoryLabels = Readonly<Record<string, string>>

export interface StoryOptions {
  /** Team name to routing document. `default` is added when it is not given. */
  readonly teams: Readonly<Record<string, string>>
  /** Documents that come later by `writeTeam` may name secrets only if they stand here too: stand-ins start once. */
  readonly later?: readonly string[]
  /** Further variables of the router's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** What jitter is drawn from; 0.5 unless told. */
  readonly random?: () => number
  /** One of its own unless others of the story go by the same. */
  readonly clock?: FakeClock
}

/** What a `fire` may say beside the labels. Times are epoch ms. */
export interface FireOptions {
  readonly annotations?: StoryLabels
  readonly startsAt?: number
}

const defaultTeam = `
team: default
receivers:
  - name: everybody
    slack_configs:
      - api_url: env:DEFAULT_SLACK_URL
route:
  receiver: everybody
`

/**
 * Opens a story; everything closes when the test ends. A message that no `expect` took, or a request that a real
 * receiver would have refused, fails the test then.
 */
export async function story(options: StoryOptions): Promise<Story> {
  const clock = options.clock ?? new FakeClock()
  const teams = { default: defaultTeam, ...options.teams }
  const inboxes = await openInboxes([...Object.values(teams).reverse(), ...(options.later ?? [])], () => clock.now())
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-story-'))
  const place: RouterPlace = {
    databaseFile: join(folder, 'alert-router.db'),
    teamsDir: join(folder, 'teams'),
    allowed: inboxes.all.map((standIn) => standIn.address),
    secrets: { ...inboxes.secrets, ...options.env },
  }
  const told = new Story(clock, inboxes, place, options.random ?? (() => 0.5))
  onTestFailed(() => console.error(told.timeline()))
  onTestFinished(async ({ task }) => {
    await told.close()
    await rm(folder, { recursive: true, force: true })
    if (task.result?.state !== 'fail') told.checkNothingLeft()
  })
  await mkdir(place.teamsDir)
  for (const [name, text] of Object.entries(teams)) await told.writeTeam(name, text)
  await told.start()
  return told
}

export class Story {
  readonly clock: FakeClock
  readonly #inboxes: Inboxes
  readonly #place: RouterPlace
  readonly #random: () => number
  readonly #steps: { at: number; text: string }[] = []
  readonly #firing = new Map<string, SentAlert>()
  #router: Router | null = null

  constructor(clock: FakeClock, inboxes: Inboxes, place: RouterPlace, random: () => number) {
    this.clock = clock
    this.#inboxes = inboxes
    this.#place = place
    this.#random = random
  }

  /** The first Slack destination that a document of `teams` names. */
  get slack(): StandIn {
    return this.#inboxes.first('SLACK_URL')
  }

  /** The first generic webhook that a document of `teams` names. */
  get webhook(): StandIn {
    return this.#inboxes.first('WEBHOOK_URL')
  }

  /** The first mail address that a document of `teams` names. */
  get email(): Mailbox {
    const [first] = this.#inboxes.mailboxes
    if (first === undefined) throw new Error('no document names a mail address')
    return first
  }

  /** A mailbox by its address. */
  mailbox(address: string): Mailbox {
    const found = this.#inboxes.mailboxes.find(({ name }) => name === address)
    if (found === undefined) throw new Error(`no document names ${address}`)
    return found
  }

  /** PagerDuty, which a document reaches by `url: https://pagerduty.test/v2/enqueue`. */
  get pagerDuty(): StandIn {
    return this.#inboxes.pagerDuty
  }

  /** Where the catch-all team is told, which is where trouble of the router's goes that its team cannot hear of. */
  get operators(): StandIn {
    return this.#inboxes.get('DEFAULT_SLACK_URL')
  }

  get databaseFile(): string {
    return this.#place.databaseFile
  }

  /** A stand-in by the name of its secret: `s.inbox('LEDGER_SLACK_URL')`. */
  inbox(name: string): StandIn {
    return this.#inboxes.get(name)
  }

  /** Posts these alerts as firing, each since now unless told, in one webhook; a repeat keeps its first start. */
  async fire(labels: StoryLabels | readonly StoryLabels[], options: FireOptions = {}): Promise<void> {
    const alerts = asList(labels).map((one): SentAlert => {
      const known = this.#firing.get(fingerprintOf(one))
      const startsAt = options.startsAt ?? known?.startsAt ?? this.clock.now()
      return { labels: one, annotations: options.annotations ?? known?.annotations ?? {}, startsAt, endsAt: null }
    })
    for (const alert of alerts) this.#firing.set(fingerprintOf(alert.labels), alert)
    await this.post(webhookPayload(alerts))
  }

  /** Posts these alerts as resolved now, in one webhook. Each must have been fired before. */
  async resolve(labels: StoryLabels | readonly StoryLabels[]): Promise<void> {
    const alerts = asList(labels).map((one): SentAlert => {
      const known = this.#firing.get(fingerprintOf(one))
      if (known === undefined) throw new Error(`the story resolves what it never fired: ${JSON.stringify(one)}`)
      this.#firing.delete(fingerprintOf(one))
      return { ...known, endsAt: this.clock.now() }
    })
    await this.post(webhookPayload(alerts))
  }

  /** Posts any body to the webhook; resolves with the answer once all that follows at this instant has happened. */
  async post(payload: unknown, wanted = 200): Promise<unknown> {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const answer = await this.#request('/api/v1/webhooks/alertmanager', init, wanted)
    await this.#settle()
    return answer
  }

  /** The JSON that a GET answers. */
  async api<Answer = never>(path: string): Promise<Answer> {
    return (await this.#request(path, {}, 200)) as Answer
  }

  /** The text that a GET answers. */
  async text(path: string): Promise<string> {
    const response = await fetch(this.#running().url + path)
    return response.text()
  }

  /** The samples of one metric, its name without `alertrouter_`. */
  async metric(name: string): Promise<string[]> {
    const text = String(await this.#request('/metrics', {}, 200))
    const start = `alertrouter_${name}`
    return text.split('\n').flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []))
  }

  /** What a POST without a body answers, once all that follows at this instant has happened. */
  async ask<Answer = never>(path: string, wanted = 200): Promise<Answer> {
    const answer = await this.#request(
      path,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      wanted,
    )
    await this.#settle()
    return answer as Answer
  }

  /** Lets time pass: `'5m'`, `'4h'`. */
  async advance(duration: string): Promise<void> {
    this.#note(`${duration} pass`)
    await this.clock.advance(durationMs(duration), () => this.#settle())
  }

  /** Writes a team's document; in force from the next `reload` on. */
  async writeTeam(name: string, text: string): Promise<void> {
    await writeFile(join(this.#place.teamsDir, `${name}.yml`), this.#inboxes.placed(text))
  }

  /** Takes a team's document away; from the next `reload` on it is gone. */
  async removeTeam(name: string): Promise<void> {
    await rm(join(this.#place.teamsDir, `${name}.yml`))
  }

  async reload<Report = unknown>(): Promise<Report> {
    this.#note('documents are loaded again')
    const report = await this.#running().reload()
    await this.#settle()
    return report as Report
  }

  /** Stops the router and starts another on the same database, at the same instant; `between` is done while none runs. */
  async restart(between: () => Promise<unknown> = async () => {}): Promise<void> {
    this.#note('restart')
    await this.#running().stop()
    this.#router = null
    await between()
    await this.start()
  }

  async start(): Promise<void> {
    this.#router = await start(this.#place, this.clock, this.#random)
    await this.#settle()
  }

  async close(): Promise<void> {
    // A hanging receiver must not keep the router from stopping.
    await Promise.all(this.#inboxes.everybody.map((standIn) => standIn.close()))
    await this.#router?.stop()
    this.#router = null
  }

  checkNothingLeft(): void {
    for (const standIn of this.#inboxes.everybody) {
      standIn.expectNothing()
      if (standIn.faults.length > 0) {
        throw failure(this.checkNothingLeft, `${standIn.name} got what a real one would refuse:`, standIn.faults)
      }
    }
  }

  /** What happened so far, for whoever reads a failed story. */
  timeline(): string {
    const asked = this.#inboxes.everybody.flatMap((standIn) =>
      standIn.requests.map(({ at, answer }) => ({
        at,
        text: `    ${standIn.name} is sent a message, answers ${answer}`,
      })),
    )
    const all = [...this.#steps, ...asked].sort((a, b) => a.at - b.at)
    return ['What happened:', ...all.map(({ at, text }) => `${new Date(at).toISOString().slice(11, 23)} ${text}`)].join(
      '\n',
    )
  }

  async #request(path: string, init: RequestInit, wanted: number): Promise<unknown> {
    const response = await fetch(this.#running().url + path, init)
    const text = await response.text()
    this.#note(`${init.method ?? 'GET'} ${path} ${String(init.body ?? '').slice(0, 200)} → ${response.status}`)
    if (response.status !== wanted)
      throw failure(this.#request, `${path} answered ${response.status}, not ${wanted}:`, [text])
    return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
  }

  /** Until the router has nothing more to do at this instant, or all it does is wait for a receiver that hangs. */
  async #settle(): Promise<void> {
    const router = this.#router
    if (router === null) return
    let idle = false
    const done = router.idle().then(() => {
      idle = true
    })
    while (!idle && !this.#inboxes.everybody.some((standIn) => standIn.holds)) {
      const hanging = this.#inboxes.everybody.filter((standIn) => standIn.hangs)
      await Promise.race([done, ...hanging.map((standIn) => standIn.activity())])
    }
  }

  #running(): Router {
    if (this.#router === null) throw new Error('the router of this story is not running')
    return this.#router
  }

  #note(text: string): void {
    this.#steps.push({ at: this.clock.now(), text })
  }
}

function asList(labels: StoryLabels | readonly StoryLabels[]): readonly StoryLabels[] {
  return Array.isArray(labels) ? labels : [labels as StoryLabels]
}
