/**
 * From a model that breaks to the person who is told, and back: every alert of prometheus/rules/ fires and ends, through the
 * real Prometheus and Alertmanager, by the shipped rules 600 times as fast.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allDashboards } from '../../src/dashboard/dashboards.ts'
import type { Result } from '../../src/trigger/course.ts'
import { startDrill } from '../../src/trigger/drill.ts'
import { type Trigger, triggers } from '../../src/trigger/triggers.ts'
import { dashboardQueries } from '../dashboard/queries.ts'
import { schedule } from './schedule.ts'
import { openSite, type Site } from './site.ts'
import { openIncidents, seen } from './told.ts'

/** Who is told, by the team and severity of the alert: what teams/*.yml are meant to say. */
const channels: Readonly<Record<string, readonly string[]>> = {
  'ml-platform critical': ['pagerduty', 'slack'],
  'ml-platform warning': ['slack'],
  'ml-platform demo': ['slack'],
  'ml-platform info': ['email'],
  'data-science warning': ['email', 'slack'],
  'platform critical': ['pagerduty', 'slack'],
  'platform warning': ['slack'],
  'platform info': ['slack'],
}

/** Told by mail, past the router, when the alert is about the router. */
const directAddress = 'oncall@example.org'

/** Burn rates take longest to end (windows of 6h have to pass) and begin first; warnings before what is critical as well. */
const slowFirst = [...triggers].sort((a, b) => haste(a) - haste(b))

function haste({ alert, severity }: Trigger): number {
  if (!alert.startsWith('Slo')) return 2
  return severity === 'warning' ? 0 : 1
}

describe('the whole chain', () => {
  const results: Result[] = []
  let site: Site
  let drills: ReadonlyMap<Trigger, Promise<readonly Result[]>>

  beforeAll(async () => {
    site = await openSite()
    const { running } = site.stack
    drills = schedule(slowFirst, async (together) => {
      const drill = await startDrill(together, running, { traffic: site.traffic })
      const ended = await drill.end()
      results.push(...ended)
      return ended
    })
    // Each rejection is a test's to report.
    for (const drill of drills.values()) drill.catch(() => {})
  })
  afterAll(async () => {
    await writeTable(results)
    await site?.close()
  })

  async function resultOf(trigger: Trigger): Promise<Result> {
    const { alert, severity } = trigger
    const result = (await drills.get(trigger))?.find((one) => one.alert === alert && one.severity === severity)
    if (result === undefined) throw new Error(`no result for ${alert} (${severity})`)
    return result
  }

  const mortal = triggers.filter(({ cause }) => cause.always !== true)
  it.each(mortal)('$alert ($severity) fires, ends, and whoever should know is told both', async (trigger) => {
    const { alert, severity } = trigger
    const result = await resultOf(trigger)
    expect(result.problem).toBeNull()

    // Another cause may have made it fire once more since.
    const life = (await alertsOf(site, alert, severity)).findLast((one) => isOf(trigger, one))
    const team = life?.labels.team ?? ''
    expect(life?.status).toBe('resolved')
    for (const destinations of [result.destinations, result.destinationsResolved]) {
      expect(destinations.map((one) => `${one.team} ${one.channel}`).sort()).toEqual(
        channels[`${team} ${severity}`]?.map((channel) => `${team} ${channel}`),
      )
    }
    for (const { channel } of result.destinations) {
      const both = { firing: true, resolved: true }
      await expect.poll(() => seen(site.messages, team, channel, alert), { message: channel }).toEqual(both)
    }
  })

  it('tells of the router by mail, past it, as well', async () => {
    const router = triggers.filter(({ alert }) => alert.startsWith('AlertRouter'))
    expect(router.length).toBe(8)
    for (const trigger of router) await resultOf(trigger)
    for (const { alert } of router) {
      for (const status of ['FIRING', 'RESOLVED']) {
        await expect.poll(() => subjectsTo(site, directAddress)).toContain(`[direct] ${status} ${alert} in local`)
      }
    }
  })

  it('leaves no incident open, once the last windows have passed', async () => {
    await Promise.all(drills.values())
    await expect.poll(() => openIncidents(site.messages), { timeout: 100_000, interval: 500 }).toEqual([])
  })

  it('leaves no panel of a dashboard empty', async () => {
    await Promise.all(drills.values())
    const queries = dashboardQueries(allDashboards(), { rateInterval: '1m', range: '15m' })
    expect(queries.length).toBeGreaterThan(100)
    const empty: string[] = []
    for (const { dashboard, panel, expr } of queries) {
      const { samples } = await site.prometheus.query(expr)
      if (samples.length === 0) empty.push(`${dashboard} / ${panel}: ${expr}`)
    }
    expect(empty).toEqual([])
  })

  it('tells the catch-all only of the one destination that was made to fail, and no program ended', async () => {
    await Promise.all(drills.values())
    const { alerts } = (await site.get('alerts?team=default&limit=100')) as { alerts: Life[] }
    const about = alerts.map(({ labels }) => `${labels.alertname} of team ${labels.team}`)
    expect([...new Set(about)]).toEqual(['AlertRouterDestinationFailing of team drill'])
    expect(site.deaths).toEqual([])
  })

  it('misses the Watchdog when Prometheus stops, and tells so; and when it is back', async () => {
    await Promise.all(drills.values())
    const { prometheus } = site.stack.programs
    const { heartbeats } = (await site.get('heartbeats')) as { heartbeats: unknown[] }
    expect(heartbeats).toMatchObject([{ name: 'local', missing: false, lastBeatAt: expect.any(String) }])
    const from = site.messages.length
    await prometheus.stop()
    const told = () => seen(site.messages.slice(from), 'platform', 'pagerduty', 'HeartbeatMissing')
    await expect.poll(told, { timeout: 60_000 }).toEqual({ firing: true, resolved: false })
    await prometheus.start()
    await expect.poll(told, { timeout: 60_000 }).toEqual({ firing: true, resolved: true })
  })
})

function isOf(trigger: Trigger, { labels }: Life): boolean {
  return Object.entries(trigger.labels).every(([name, value]) => labels[name] === value)
}

interface Life {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
}

/** Newest first. */
async function alertsOf(site: Site, alert: string, severity: string): Promise<readonly Life[]> {
  const query = new URLSearchParams({ severity, filter: `alertname="${alert}"` })
  return ((await site.get(`alerts?${query}`)) as { alerts: Life[] }).alerts
}

function subjectsTo(site: Site, address: string): string[] {
  return site.messages.flatMap((message) =>
    message.place === 'mail' && message.mail.to.includes(address) ? [message.mail.mail.subject ?? ''] : [],
  )
}

/** For people: printed, and kept in .cache/. */
async function writeTable(results: readonly Result[]): Promise<void> {
  const seconds = (ms: number | null) => (ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`)
  const rows = results
    .toSorted((a, b) => a.alert.localeCompare(b.alert) || a.severity.localeCompare(b.severity))
    .map((one) => {
      const destinations = one.destinations.map(({ team, channel }) => `${team}/${channel}`).join(', ')
      return `| ${one.alert} | ${one.severity} | ${seconds(one.firedAfterMs)} | ${seconds(one.resolvedAfterMs)} | ${destinations} |`
    })
  const table = [
    '| alert | severity | fired after | resolved after | destinations |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]
  await mkdir('.cache', { recursive: true })
  await writeFile('.cache/e2e.md', `${table.join('\n')}\n`)
  console.log(table.join('\n'))
}
