/** The self-audit on a real pipeline: it passes over ordinary life, and finds what was broken on purpose. */

import fc from 'fast-check'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { SelfAudit } from '../../src/audit/watch.ts'
import { live, type Operation, operations } from '../random-run.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores, type TestedStore } from '../stores.ts'

const MINUTE = 60_000
const down = { alertname: 'Down' }

/** Two notifications lose patience at once, and the fallback of the first supersedes the second. */
const fallenBackTwice: Operation[] = [
  { op: 'post', said: [[2, 'fire']] },
  { op: 'keepHouse' },
  { op: 'claim' },
  { op: 'documents', version: 4 },
  {
    op: 'post',
    said: [
      [2, 'resolve'],
      [0, 'fire'],
    ],
  },
  { op: 'end', which: 1, outcome: 'delivered', arrived: false },
  { op: 'documents', version: 0 },
  { op: 'end', which: 5, outcome: 'delivered', arrived: false },
  { op: 'claim' },
]

async function audited(store: TestedStore) {
  const rig = await rigOn(store)
  await rig.documents({})
  const lost = { count: 0 }
  const audit = new SelfAudit(rig.pipeline, () => lost.count)
  /** A minute later, with the watcher called as often as its worker would. */
  const next = async () => {
    await audit.watcher.run()
    await rig.advance(MINUTE)
    await audit.watcher.run()
    return audit.failed(rig.clock.now())
  }
  /** What two audits in a row agree on. */
  const twice = async () => {
    await next()
    return next()
  }
  return { rig, audit, next, twice, lost }
}

async function told(rig: Rig): Promise<string[]> {
  await rig.flush()
  const messages = await rig.deliverAll()
  return messages.map(
    ({ status, alerts }) => `${status} ${alerts.map(({ labels }) => labels.check ?? labels.alertname)}`,
  )
}

describe.each(stores)('$name: the self-audit', (store) => {
  it('is made a minute after the start, then each minute, and vouches for two', async () => {
    const { rig, audit } = await audited(store)
    const start = rig.clock.now()
    const passed = () => audit.passed(rig.clock.now())
    expect(await audit.watcher.run()).toBe(start + MINUTE)
    expect([passed(), audit.failed(start)]).toEqual([false, []])
    await rig.advance(MINUTE)
    expect(await audit.watcher.run()).toBe(start + 2 * MINUTE)
    expect(passed()).toBe(true)
    await rig.advance(2 * MINUTE)
    expect(passed()).toBe(true)
    await rig.advance(1)
    expect([passed(), audit.failed(rig.clock.now())]).toEqual([false, ['audit-impossible']])
  })

  it('finds nothing in ordinary life', async () => {
    const { rig, next } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 }, { labels: { alertname: 'Slow' }, startsAt: 1 })
    expect(await next()).toEqual([])
    await rig.deliverAll()
    await rig.post({ labels: down, startsAt: 1, endsAt: 2 })
    expect(await next()).toEqual([])
    await rig.after(MINUTE)
    await rig.keepHouse()
    expect(await next()).toEqual([])
    expect(rig.errors).toEqual([])
  })

  it('finds nothing in any story', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(operations({ documents: true }), (story) =>
        live(store, story, async ({ rig }) => {
          const audit = new SelfAudit(rig.pipeline, () => 0)
          for (let minutes = 1; minutes <= 2; minutes++) {
            await rig.advance(MINUTE)
            await rig.flush()
            await audit.watcher.run()
          }
          const failed = audit.failed(rig.clock.now()).filter((check) => check !== 'attempts-open')
          expect(failed).toEqual([])
        }),
      ),
      { numRuns: 30, interruptAfterTimeLimit: 60_000, examples: [[fallenBackTwice]] },
    )
  })

  it('tells the operators of what it finds, once, and that it is over', async () => {
    const { rig, audit, next, lost } = await audited(store)
    lost.count = 3
    expect(await next(), 'it may have been a burst of work').toEqual([])
    expect(await next()).toEqual(['alerts-unaccounted'])
    expect(await next()).toEqual(['alerts-unaccounted'])
    expect(audit.passed(rig.clock.now())).toBe(false)
    expect(await told(rig)).toEqual(['firing alerts-unaccounted'])
    expect(rig.errors.map(({ what }) => what)).toEqual(['the self-audit failed: alerts-unaccounted'])
    lost.count = 0
    expect(await next()).toEqual([])
    expect(audit.passed(rig.clock.now())).toBe(true)
    expect(await told(rig)).toEqual(['resolved alerts-unaccounted'])
  })

  it('finds alerts that lead nowhere', async () => {
    const { rig, twice } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    const [episode] = [...rig.store.episodes.everyLive()]
    if (episode === undefined) throw new Error('the alert has an episode')
    episode.memberships = []
    expect(await twice()).toEqual(['alerts-lost'])
  })

  it('does not take heartbeats for such, nor what has yet to follow new documents', async () => {
    const { rig, twice } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.deliverAll()
    const expecting = `
team: ops
receivers: [{ name: chat, slack_configs: [{ api_url: env:OPS_SLACK_URL }] }]
route: { receiver: chat }
heartbeats: [{ matchers: ['alertname="Down"'], every: 5m, receiver: chat }]
`
    await rig.documents({ ops: expecting })
    expect(await twice()).toEqual([])
    await rig.load({})
    expect(await twice()).toEqual([])
  })

  it('finds rows that memory does not have', async () => {
    const { rig, twice } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.db.transaction((tx) => tx.run(sql`update episode set state = 'closed'`))
    await rig.db.transaction((tx) => tx.run(sql`update notification set state = 'dead'`))
    expect(await twice()).toEqual(['memory-differs'])
  })

  it('finds attempts without end, groups and notifications that nobody looks after', async () => {
    const { rig, next, twice } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    const [sending] = await rig.claim()
    expect(await twice()).toEqual(['attempts-open'])
    await sending?.end('delivered')
    expect(await next()).toEqual([])
    await rig.post({ labels: { ...down, instance: 'b' }, startsAt: 1 })
    await twice()
    expect(await twice()).toEqual(['flush-overdue'])
    await rig.flush()
    expect(await next()).toEqual([])
    for (let minutes = 1; minutes <= 9; minutes++) {
      await next()
      await rig.flush()
    }
    expect(await twice()).toEqual(['notifications-overdue'])
    await rig.flush()
    await rig.deliverAll()
    expect(await next()).toEqual([])
  })

  it('leaves a pause after failures to whoever made it', async () => {
    const { rig, next } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    const [sending] = await rig.claim()
    await sending?.end('transient', { retryAfterMs: 14 * MINUTE })
    for (let minutes = 1; minutes <= 20; minutes++) expect(await next()).toEqual([])
  })

  it('gives a process that was stopped a minute before it complains', async () => {
    const { rig, audit, next, twice } = await audited(store)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.advance(60 * MINUTE)
    await audit.watcher.run()
    expect(await next()).toEqual([])
    for (let minutes = 1; minutes <= 9; minutes++) expect(await next()).toEqual([])
    expect(await twice()).toEqual(['notifications-overdue'])
  })

  it('that cannot be made is one that failed, told to the log once', async () => {
    const { rig, audit, next } = await audited(store)
    rig.failing = true
    expect(await next()).toEqual(['audit-impossible'])
    expect(await next()).toEqual(['audit-impossible'])
    expect(rig.errors.map(({ what }) => what)).toEqual(['the self-audit could not be made'])
    rig.failing = false
    expect(await next()).toEqual([])
    expect(audit.passed(rig.clock.now())).toBe(true)
  })
})
