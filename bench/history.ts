/** Pages of a long past: every kind of filter asked of a router, and how long others wait meanwhile. */
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { type Percentiles, percentiles } from './figures.ts'
import {
  environments,
  instance,
  instanceCount,
  randomly,
  services,
  severities,
  span,
  type Written,
  writePast,
} from './past.ts'
import type { Server } from './servers.ts'
import { teamNames } from './teams.ts'
import { residentMb } from './usage.ts'

export interface HistoryResult {
  readonly written: Written
  readonly classes: readonly ClassFigures[]
  /** MB when the router was ready, and after all queries. */
  readonly residentMb: number
  readonly residentAfterMb: number
}

export interface ClassFigures {
  readonly name: string
  /** From the request to the whole answer, ms. */
  readonly page: Percentiles
  readonly maxMs: number
  /** Alerts on a page, on average. */
  readonly found: number
  /** Share of pages that say to ask on though they are not full. */
  readonly short: number
  /** How long somebody who asks for nothing waits meanwhile, ms. */
  readonly others: Percentiles
}

/** Parameters of a query; `filter` may be given several times. */
type Query = Readonly<Record<string, string | readonly string[]>>

const timing = { groupBy: ['team'], groupWait: '5m', groupInterval: '5m' }
const limit = '50'

export async function measureHistory(bench: Bench): Promise<HistoryResult> {
  const { episodes, queries } = bench.settings
  const now = Date.now()
  let written: Written | null = null
  const fill = async (folder: string) => {
    written = await writePast(join(folder, 'bench.db'), episodes, now, (line) => bench.progress(`history: ${line}`))
  }
  const asked = await bench.withServer(
    bench.router,
    timing,
    async (server) => {
      const before = residentMb(server.pid)
      const classes: ClassFigures[] = []
      for (const [name, query] of kinds(span(now))) {
        bench.progress(`history: ${name}`)
        classes.push(await ask(server, name, query, queries))
      }
      return { classes, residentMb: before, residentAfterMb: residentMb(server.pid) }
    },
    fill,
  )
  if (written === null) throw new Error('no past was written')
  return { written, ...asked }
}

/** Each kind makes a new query for every random number it is given. */
function kinds({ first, last }: { first: number; last: number }): [string, (random: () => number) => Query][] {
  const pick = <T>(random: () => number, from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const service = (random: () => number) => `service="${pick(random, services)}"`
  const digits = (random: () => number, count: number) =>
    String(Math.floor(random() * 10 ** count)).padStart(count, '0')
  const month = (random: () => number) => {
    const since = first + Math.floor(random() * (last - first))
    return { since: String(since), until: String(since + 30 * 86_400_000) }
  }
  return [
    ['nothing', () => ({})],
    ['instance="…"', (r) => ({ filter: `instance="${instance(Math.floor(r() * instanceCount))}"` })],
    ['service="…"', (r) => ({ filter: service(r) })],
    ['service, severity', (r) => ({ filter: service(r), severity: pick(r, severities) })],
    ['team, severity, a month', (r) => ({ team: pick(r, teamNames), severity: pick(r, severities), ...month(r) })],
    ['service, until some day', (r) => ({ filter: service(r), until: month(r).since })],
    [
      'two services: nothing',
      (r) => ({ filter: [`service="${pick(r, services.slice(9))}"`, 'service="service-001"'] }),
    ],
    [
      'three broad labels',
      (r) => ({
        filter: [`environment="${pick(r, environments)}"`, `cluster="eu-${Math.floor(r() * 6)}"`],
        severity: pick(r, severities),
      }),
    ],
    ['two severities: nothing', () => ({ filter: ['severity="critical"', 'severity="warning"'] })],
    ['severity!="…"', (r) => ({ filter: [`severity!="${pick(r, severities)}"`, 'environment!~"prod.*"'] })],
    ['a value that is not there', (r) => ({ filter: `instance="node-x${digits(r, 4)}"` })],
    ['alertname=~"Disk.*|…"', (r) => ({ filter: `alertname=~"DiskWillFill.*|TargetDown${digits(r, 1)}"` })],
    ['instance=~"node-123.*"', (r) => ({ filter: `instance=~"node-0${digits(r, 2)}.*"` })],
    ['instance=~, 260 values', (r) => ({ filter: `instance=~"node-..[0-3]${digits(r, 2)}\\\\..*"` })],
    ['instance=~, 1 to 7 values', (r) => ({ filter: `instance=~".*${digits(r, 4)}[.].*"` })],
    ['firing', () => ({ state: 'firing' })],
    ['firing, service', (r) => ({ state: 'firing', filter: service(r) })],
    ['firing, two severities', () => ({ state: 'firing', filter: ['severity="critical"', 'severity="warning"'] })],
  ]
}

async function ask(
  server: Server,
  name: string,
  make: (random: () => number) => Query,
  count: number,
): Promise<ClassFigures> {
  const random = randomly(7)
  const times: number[] = []
  let found = 0
  let short = 0
  const others = somebodyElse(server)
  for (let n = 0; n < count; n++) {
    const began = performance.now()
    const answer = await get(server, make(random))
    times.push(performance.now() - began)
    found += answer.alerts.length
    if (answer.next_cursor !== null && answer.alerts.length < Number(limit)) short++
  }
  return {
    name,
    page: percentiles(times),
    maxMs: Math.max(...times),
    found: found / count,
    short: short / count,
    others: percentiles(await others.end()),
  }
}

async function get(server: Server, query: Query): Promise<{ alerts: unknown[]; next_cursor: string | null }> {
  const parameters = new URLSearchParams({ limit })
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) parameters.append(name, value)
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/alerts?${parameters}`)
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${parameters} was answered with ${response.status}: ${body}`)
  return JSON.parse(body)
}

/** Asks for /healthz every 5 ms until `end`, which resolves with how long the answers took. */
function somebodyElse(server: Server): { end(): Promise<number[]> } {
  const times: number[] = []
  let ended = false
  const asking = (async () => {
    while (!ended) {
      const began = performance.now()
      await (await fetch(`http://127.0.0.1:${server.port}/healthz`)).arrayBuffer()
      times.push(performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    end: async () => {
      ended = true
      await asking
      return times
    },
  }
}
