/** What the API of a real Alertmanager shows of alerts that it never resolves, while the router's time runs as we say. */
import { expect, it, onTestFinished } from 'vitest'
import { parseWebhook } from '../../src/alert/webhook.ts'
import { createLogger } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { ingest } from '../../src/pipeline.ts'
import { UP_FOR_MS } from '../../src/source/absence.ts'
import { parseClusters } from '../../src/source/clusters.ts'
import { pollSources } from '../../src/source/poll.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import type { Watcher } from '../../src/workers.ts'
import { describeWith } from '../components.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'
import { type RaisedAlert, RealAlertmanager } from './alertmanager.ts'
import { raise } from './site.ts'
import { until } from './until.ts'

const MINUTE = 60_000

/** Even one that has just started is up for longer: it tells its time in whole seconds. */
const AT_ONCE = -1_000

/** A pipeline that real Alertmanagers post to and whose clock stands still unless a test moves it. */
class Site {
  readonly rig: Rig
  readonly webhookUrl: string

  constructor(rig: Rig, webhookUrl: string) {
    this.rig = rig
    this.webhookUrl = webhookUrl
  }

  static async open(): Promise<Site> {
    const [store] = stores
    if (store === undefined) throw new Error('there is one store')
    const rig = await rigOn(store)
    await rig.documents({})
    const receiver = await startStandIn(({ body }, response) => {
      const webhook = parseWebhook(JSON.parse(body), rig.clock.now())
      if ('error' in webhook) throw new Error(webhook.error)
      ingest(rig.pipeline, 'default', webhook).then(
        () => answer(response, 200, ''),
        (error: unknown) => answer(response, 503, String(error)),
      )
    })
    onTestFinished(() => receiver.close())
    return new Site(rig, receiver.url)
  }

  watch(alertmanagers: readonly RealAlertmanager[], upForMs: number): Watcher {
    const { pipeline } = this.rig
    const clusters = parseClusters(alertmanagers.map(({ url }) => url).join())
    const log = createLogger({ level: 'silent', secrets: [] })
    return pollSources({ pipeline, clusters, staleAfterMs: 1_440 * MINUTE, metrics: createMetrics('0'), log, upForMs })
  }

  /** Lets minutes pass, and the watcher look at each. */
  async minutes(count: number, watcher: Watcher): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.rig.advance(MINUTE)
      await watcher.run()
    }
  }

  /** Waits until so many alerts are open, then says what is told of them. */
  async opens(count: number): Promise<string[]> {
    await until(`${count} open alerts`, () => this.open() === count)
    return this.told()
  }

  open(): number {
    return this.rig.store.episodes.countOpen()
  }

  /** What receivers hear within a minute: which alert, what of it, and how it ended. */
  async told(): Promise<string[]> {
    await this.rig.advance(MINUTE)
    await this.rig.flush()
    const messages = await this.rig.deliverAll()
    const news = messages.flatMap(({ alerts }) => alerts.filter(({ change }) => change !== null))
    return news.map(({ labels, change, closeReason }) => `${labels.instance} ${change} ${closeReason ?? ''}`)
  }
}

async function lists(alertmanager: RealAlertmanager, alerts: readonly RaisedAlert[]): Promise<void> {
  await until(`${alerts.length} alerts are listed`, async () => {
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`)
    return ((await response.json()) as unknown[]).length === alerts.length
  })
}

describeWith('prometheus-alertmanager', 'contract: what Alertmanager lists', (binary) => {
  it('closes and tells an alert that ended while it was silenced, and leaves alone what is silenced and fires', async () => {
    const site = await Site.open()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const [ended, muted] = [raise('ended'), raise('muted')]
    await alertmanager.fire([ended, muted])
    await site.opens(2)
    const watcher = site.watch([alertmanager], AT_ONCE)
    await site.minutes(3, watcher)
    await alertmanager.silence('alertname', 'DiskFull')
    await alertmanager.resolve([ended])
    await lists(alertmanager, [muted])
    await site.minutes(2, watcher)
    expect(await site.told()).toEqual(['ended resolved reconciled'])
    await site.minutes(10, watcher)
    expect(site.open()).toBe(1)
    expect(await site.told()).toEqual([])
  })

  it('opens and tells again what was closed so and fires again, of which Alertmanager says nothing (AM-D9)', async () => {
    const site = await Site.open()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const alert = raise('a')
    await alertmanager.fire([alert])
    expect(await site.opens(1)).toEqual(['a new '])
    const watcher = site.watch([alertmanager], AT_ONCE)
    const silence = await alertmanager.silence('instance', 'a')
    await alertmanager.resolve([alert])
    await lists(alertmanager, [])
    await site.minutes(2, watcher)
    expect(await site.told()).toEqual(['a resolved reconciled'])
    await alertmanager.endSilence(silence)
    await alertmanager.fire([{ ...alert, startsAt: Date.now() }])
    // Another group is flushed at once and then at its group_interval, so the first one was due in between.
    const other = { ...raise('other'), labels: { alertname: 'Other', instance: 'other' } }
    await alertmanager.fire([other])
    expect(await site.opens(1)).toEqual(['other new '])
    await alertmanager.resolve([other])
    expect(await site.opens(0)).toEqual(['other resolved resolved'])
    await site.minutes(1, watcher)
    expect(site.open()).toBe(1)
    expect(await site.told()).toEqual(['a new '])
  })

  it('closes nothing when Alertmanager was killed and knows of nothing yet', async () => {
    const site = await Site.open()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    await alertmanager.fire([raise('a')])
    await site.opens(1)
    await alertmanager.kill()
    await alertmanager.start()
    await site.minutes(30, site.watch([alertmanager], UP_FOR_MS))
    expect(site.open()).toBe(1)
    await site.minutes(2, site.watch([alertmanager], AT_ONCE))
    expect(site.open(), 'but for how long it is up').toBe(0)
  })

  it('closes nothing while Alertmanager cannot be reached', async () => {
    const site = await Site.open()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    await alertmanager.fire([raise('a')])
    await site.opens(1)
    await alertmanager.kill()
    await site.minutes(30, site.watch([alertmanager], AT_ONCE))
    expect(site.open()).toBe(1)
  })

  it('closes nothing that one of two Alertmanagers lists', async () => {
    const site = await Site.open()
    const start = () => RealAlertmanager.start(binary, { url: site.webhookUrl })
    const [one, other] = await Promise.all([start(), start()])
    const alert = raise('a')
    await one.fire([alert])
    await site.opens(1)
    const watcher = site.watch([one, other], AT_ONCE)
    await site.minutes(10, watcher)
    expect(site.open()).toBe(1)
    await one.silence('instance', 'a')
    await one.resolve([alert])
    await lists(one, [])
    await site.minutes(2, watcher)
    expect(site.open()).toBe(0)
  })
})
