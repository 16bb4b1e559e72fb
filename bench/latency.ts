/** From receipt to delivery: every alert a group of its own, group_wait 0, and the sink's clock beside the loader's. */
import type { Bench } from './bench.ts'
import { median, medianOf, type Percentiles, percentiles } from './figures.ts'
import type { Kind, Server } from './servers.ts'
import type { Arrival } from './sink.ts'
import type { Timing } from './teams.ts'

export const latencyCases = ['idle', '1,000/s'] as const
export type LatencyCase = (typeof latencyCases)[number]

export interface LatencyFigures {
  /** ms from handing the request to a socket until the sink had the whole notification. */
  readonly delivery: Percentiles
  /** Alerts answered with 2xx. */
  readonly accepted: number
  /** Accepted and never delivered. */
  readonly missing: number
  /** Delivered more than once. */
  readonly twice: number
}

export type LatencyResult = Readonly<Record<LatencyCase, LatencyFigures>>

const timing: Timing = { groupBy: ['...'], groupWait: '0s', groupInterval: '5m' }

/** One alert every 10 ms leaves a server alone for most of the time; 10 alerts every 10 ms are 1,000/s. */
const requestsPerSecond = 100

export async function measureLatency(bench: Bench): Promise<Map<Kind, LatencyResult>> {
  const runs = new Map<Kind, LatencyResult[]>(bench.kinds.map((kind) => [kind, []]))
  for (let run = 1; run <= bench.settings.runs; run++) {
    for (const kind of bench.kinds) {
      bench.progress(`receipt to delivery, run ${run} of ${bench.settings.runs}: ${kind.name}`)
      runs.get(kind)?.push(await bench.withServer(kind, timing, (server) => latencyOnce(bench, server)))
    }
  }
  return new Map([...runs].map(([kind, measured]) => [kind, medians(measured)]))
}

async function latencyOnce(bench: Bench, server: Server): Promise<LatencyResult> {
  const { seconds } = bench.settings
  await deliver(bench, server, 50_000_000, 2, 0.7)
  return {
    idle: await deliver(bench, server, 0, 1, 2 * seconds),
    '1,000/s': await deliver(bench, server, 1_000_000, 10, 2 * seconds),
  }
}

async function deliver(
  bench: Bench,
  server: Server,
  first: number,
  perRequest: number,
  seconds: number,
): Promise<LatencyFigures> {
  await bench.ask('reset')
  const count = Math.ceil(seconds * requestsPerSecond) * perRequest
  const startsAt = Date.now()
  const { sentAt, status } = await bench.pace(server, {
    first,
    count,
    perRequest,
    status: 'firing',
    startsAt,
    requestsPerSecond,
  })
  const arrivals = await bench.arrivals(1000)
  const accepted = Array.from({ length: count }, (_, at) => at).filter((at) =>
    isOk(status[Math.floor(at / perRequest)]),
  )
  return compare(accepted, arrivals, first, (at) => sentAt[Math.floor(at / perRequest)] as number)
}

/** Alerts by their place in the batch. */
function compare(
  accepted: readonly number[],
  arrivals: readonly Arrival[],
  first: number,
  sentAt: (at: number) => number,
): LatencyFigures {
  const arrivedAt = new Map<number, number[]>()
  for (const { at, alerts } of arrivals) {
    for (const { number } of alerts) arrivedAt.set(number - first, [...(arrivedAt.get(number - first) ?? []), at])
  }
  const delivered = accepted.filter((at) => arrivedAt.has(at))
  return {
    delivery: percentiles(delivered.map((at) => Math.min(...(arrivedAt.get(at) as number[])) - sentAt(at))),
    accepted: accepted.length,
    missing: accepted.length - delivered.length,
    twice: [...arrivedAt.values()].filter((times) => times.length > 1).length,
  }
}

function isOk(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status <= 299
}

/** Times are medians; the counts of all runs are added up. */
function medians(runs: readonly LatencyResult[]): LatencyResult {
  const ofCase = (name: LatencyCase): LatencyFigures => {
    const all = runs.map((run) => run[name])
    const sum = (count: (one: LatencyFigures) => number) => all.reduce((total, one) => total + count(one), 0)
    return {
      delivery: { p50: median(all.map((one) => one.delivery.p50)), p99: medianOf(all, (one) => one.delivery.p99) },
      accepted: sum((one) => one.accepted),
      missing: sum((one) => one.missing),
      twice: sum((one) => one.twice),
    }
  }
  return { idle: ofCase('idle'), '1,000/s': ofCase('1,000/s') }
}
