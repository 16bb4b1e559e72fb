/** The watcher of the sources: when it asks, what it says in the log and in the metrics, and what it survives. */
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { parseClusters } from '../../src/source/clusters.ts'
import { type PollDeps, pollSources } from '../../src/source/poll.ts'
import { AlertmanagerApi } from '../harness/alertmanager-api.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores, type TestedStore } from '../stores.ts'
import { HOUR, MINUTE } from './answers.ts'
import { firing } from './desk.ts'

const down = { alertname: 'Down' }

/** A watcher that runs when a test says so. */
class Watch {
  readonly rig: Rig
  readonly metrics = createMetrics('0')
  readonly #lines: string[] = []
  readonly #deps: PollDeps
  #run: () => Promise<number | null>

  constructor(rig: Rig, urls: string) {
    this.rig = rig
    const log = createLogger({ level: 'info', secrets: [], destination: { write: (line) => this.#lines.push(line) } })
    const { pipeline } = rig
    this.#deps = { pipeline, clusters: parseClusters(urls), staleAfterMs: 24 * HOUR, metrics: this.metrics, log }
    this.#run = pollSources(this.#deps).run
  }

  static async open(store: TestedStore, urls: (rig: Rig) => Promise<string>): Promise<Watch> {
    const rig = await rigOn(store)
    await rig.documents({})
    return new Watch(rig, await urls(rig))
  }

  /** Runs now; resolves with how long it wants to rest, ms. */
  async run(): Promise<number> {
    const next = await this.#run()
    if (next === null) throw new Error('it always comes again')
    return next - this.rig.clock.now()
  }

  /** Runs once a minute, each time after the minute. */
  async minutes(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.rig.advance(MINUTE)
      await this.run()
    }
  }

  /** As after a restart of the router. */
  restart(): void {
    this.#run = pollSources(this.#deps).run
  }

  /** What was logged since it was last asked: level, words, and the part that tells. */
  logged(): string[] {
    return this.#lines.splice(0).map((line) => {
      const { level, msg, detail, obstacle } = JSON.parse(line) as Record<string, string>
      return [level, msg, detail ?? obstacle].filter((part) => part !== undefined).join(' | ')
    })
  }

  async scraped(name: string): Promise<string[]> {
    const text = await this.metrics.registry.metrics()
    return text.split('\n').filter((line) => line.startsWith(`alertrouter_${name}`))
  }
}

const noAnswer = 'warn | the Alertmanager gives no answer; its source is not reconciled meanwhile | '
const closedSome = 'info | alerts were closed without a word of their source'

describe.each(stores)('$name', (store) => {
  it('asks once a minute, and says in log and metrics when an Alertmanager goes and comes, once', async () => {
    let api: AlertmanagerApi | undefined
    const watch = await Watch.open(store, async ({ clock }) => {
      api = await AlertmanagerApi.start(clock)
      return `eu=${api.url}`
    })
    if (api === undefined) throw new Error('it was started')
    expect(await watch.run()).toBe(MINUTE)
    const reconciled = 'info | the source is reconciled with its Alertmanagers'
    expect(watch.logged()).toEqual([reconciled])
    const up = (value: number) => [`alertrouter_source_up{source="eu",replica="${api?.address}"} ${value}`]
    expect(await watch.scraped('source_up')).toEqual(up(1))
    await api.refuse()
    await watch.minutes(30)
    expect(watch.logged()).toEqual([
      `${noAnswer}connect ECONNREFUSED ${api.address}`,
      'warn | nothing is reconciled | not every Alertmanager of the source answered',
    ])
    expect(await watch.scraped('source_up')).toEqual(up(0))
    await api.recover()
    await watch.minutes(30)
    expect(watch.logged()).toEqual(['info | the Alertmanager answers again', reconciled])
    expect(await watch.scraped('source_up')).toEqual(up(1))
  })

  it('counts and logs what it closes', async () => {
    let api: AlertmanagerApi | undefined
    const watch = await Watch.open(store, async ({ clock }) => {
      api = await AlertmanagerApi.start(clock)
      return api.url
    })
    api?.list(down)
    await watch.rig.post(firing('Down'), firing('Full'))
    await watch.minutes(2)
    expect(watch.logged()).toContain(closedSome)
    expect(await watch.scraped('episodes_closed_total')).toEqual([
      'alertrouter_episodes_closed_total{reason="resolved"} 0',
      'alertrouter_episodes_closed_total{reason="reconciled"} 1',
      'alertrouter_episodes_closed_total{reason="stale"} 0',
    ])
    api?.list({ alertname: 'Full' })
    await watch.minutes(1)
    expect(watch.logged()).toEqual(['info | alerts that were reconciled fire again'])
    expect(watch.rig.store.episodes.countOpen()).toBe(2)
  })

  it('judges each source by its own Alertmanagers', async () => {
    let api: AlertmanagerApi | undefined
    const watch = await Watch.open(store, async ({ clock }) => {
      api = await AlertmanagerApi.start(clock)
      const gone = await AlertmanagerApi.start(clock)
      await gone.refuse()
      return `default=${api.url} eu=${gone.url}`
    })
    await watch.rig.postAs('default', firing('Down'))
    await watch.rig.postAs('eu', firing('Down'))
    await watch.rig.postAs('us', firing('Down'))
    await watch.minutes(10)
    const open = [...watch.rig.store.episodes.everyLive()].map(({ status }) => status)
    expect(open).toEqual(['closing', 'open', 'open'])
  })

  it('without anybody to ask, rests until something may be stale', async () => {
    const watch = await Watch.open(store, async () => '')
    expect(await watch.run()).toBe(24 * HOUR)
    await watch.rig.post(firing('Down'))
    await watch.rig.advance(HOUR)
    expect(await watch.run()).toBe(23 * HOUR)
    await watch.rig.advance(23 * HOUR)
    expect(await watch.run()).toBe(24 * HOUR)
    expect(watch.logged()).toEqual([closedSome])
  })

  it('does not take the absence of the router for silence', async () => {
    const watch = await Watch.open(store, async () => '')
    await watch.rig.post(firing('Down'))
    await watch.rig.advance(72 * HOUR)
    watch.restart()
    expect(await watch.run()).toBe(HOUR)
    expect(watch.rig.store.episodes.countOpen()).toBe(1)
  })

  it('does not ask again at once when what follows fails', async () => {
    let api: AlertmanagerApi | undefined
    const watch = await Watch.open(store, async ({ clock }) => {
      api = await AlertmanagerApi.start(clock)
      return api.url
    })
    await watch.rig.post(firing('Down'))
    await watch.minutes(1)
    const asked = () => api?.requests.length
    await watch.rig.advance(MINUTE)
    const failing = watch.rig.db
    const { transaction } = failing
    let calls = 0
    // The first transaction reads which alerts are looked for; what follows is the review.
    Object.assign(failing, {
      transaction: (...args: Parameters<typeof transaction>) =>
        calls++ === 0 ? transaction(...args) : Promise.reject(new Error('the disk is full')),
    })
    const before = asked()
    await expect(watch.run()).rejects.toThrow('the disk is full')
    await expect(watch.run()).rejects.toThrow('the disk is full')
    Object.assign(failing, { transaction })
    expect(asked()).toBe((before ?? 0) + 2)
    await watch.run()
    expect(asked(), 'what was answered is still true').toBe((before ?? 0) + 2)
    expect(watch.rig.store.episodes.countOpen()).toBe(0)
  })

  it('says no password', async () => {
    const watch = await Watch.open(store, async ({ clock }) => {
      const api = await AlertmanagerApi.start(clock)
      await api.refuse()
      return api.url.replace('//', '//ops:hunter2@')
    })
    await watch.minutes(2)
    expect(watch.logged().join()).not.toContain('hunter2')
    expect((await watch.scraped('source_up')).join()).not.toContain('hunter2')
  })
})
