/** Durable ingest: 32 connections send as fast as they are answered; new alerts, the same again, the same resolved. */
import type { Bench } from './bench.ts'
import { medianOf } from './figures.ts'
import type { Loaded } from './loader.ts'
import type { Kind, Server } from './servers.ts'
import type { Timing } from './teams.ts'

export const ingestCases = ['20 new', '20 duplicate', '20 resolving', '1 new'] as const
export type IngestCase = (typeof ingestCases)[number]

export type IngestFigures = Omit<Loaded, 'sent' | 'from' | 'to'>
export type IngestResult = Readonly<Record<IngestCase, IngestFigures>>

/** Notifications are few, as in a fleet on a bad day: what is measured is the way in. */
const timing: Timing = { groupBy: ['alertname', 'service'], groupWait: '1s', groupInterval: '30s' }

/** More than any server here takes in a second; the time limit ends a measurement, not the supply. */
const supplyPerSecond = { 20: 200_000, 1: 60_000 } as const

/** Figures per server: the median of the runs, which go to and fro between the servers. */
export async function measureIngest(bench: Bench): Promise<Map<Kind, IngestResult>> {
  const runs = new Map<Kind, Record<IngestCase, Loaded>[]>(bench.kinds.map((kind) => [kind, []]))
  for (let run = 1; run <= bench.settings.runs; run++) {
    for (const kind of bench.kinds) {
      bench.progress(`ingest, run ${run} of ${bench.settings.runs}: ${kind.name}`)
      runs.get(kind)?.push(await bench.withServer(kind, timing, (server) => ingestOnce(bench, server)))
    }
  }
  return new Map([...runs].map(([kind, measured]) => [kind, medians(measured)]))
}

/**
 * One life of a server: warmed up with alerts of its own in both shapes of request, then one case after the other. What
 * is wanted is the lasting rate: in its first second V8 still compiles, and a request of one alert costs half as much again.
 */
export async function ingestOnce(bench: Bench, server: Server): Promise<Record<IngestCase, Loaded>> {
  const { seconds } = bench.settings
  const startsAt = Date.now()
  const supply = Math.ceil(supplyPerSecond[20] * seconds)
  const batch = { first: 0, count: supply, perRequest: 20, status: 'firing', startsAt, seconds, cycle: false } as const
  await bench.load(server, { ...batch, first: 50_000_000, count: supplyPerSecond[20], seconds: 1 })
  await bench.load(server, { ...batch, first: 60_000_000, count: supplyPerSecond[1], perRequest: 1, seconds: 1 })
  const fresh = await bench.load(server, batch)
  const duplicate = await bench.load(server, { ...batch, count: fresh.sent, cycle: true })
  const resolving = await bench.load(server, { ...batch, count: fresh.sent, status: 'resolved' })
  const single = await bench.load(server, {
    ...batch,
    first: 20_000_000,
    count: Math.ceil(supplyPerSecond[1] * seconds),
    perRequest: 1,
  })
  return { '20 new': fresh, '20 duplicate': duplicate, '20 resolving': resolving, '1 new': single }
}

function medians(runs: readonly Record<IngestCase, Loaded>[]): IngestResult {
  const ofCase = (name: IngestCase): IngestFigures => {
    const all = runs.map((run) => run[name])
    return {
      alertsPerSecond: medianOf(all, (one) => one.alertsPerSecond),
      cpuPerAlert: medianOf(all, (one) => one.cpuPerAlert),
      loaderCpu: medianOf(all, (one) => one.loaderCpu),
      answer: { p50: medianOf(all, (one) => one.answer.p50), p99: medianOf(all, (one) => one.answer.p99) },
      refused: all.reduce((sum, one) => sum + one.refused, 0),
    }
  }
  return Object.fromEntries(ingestCases.map((name) => [name, ofCase(name)])) as IngestResult
}
