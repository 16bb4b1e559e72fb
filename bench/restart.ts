/** kill -9 with many active alerts: how long until it is ready again, and what it tells twice or forgets. */
import type { Bench } from './bench.ts'
import type { Kind, Server } from './servers.ts'
import type { Arrival } from './sink.ts'
import { residentMb } from './usage.ts'

export interface RestartResult {
  readonly alerts: number
  /** From start to ready, with all alerts active. */
  readonly readySeconds: number
  /** Notifications sent after the restart although nothing had changed: the same alerts were sent again, as upstream does. */
  readonly toldTwice: number
  /** Groups told "firing" before the kill and not told "resolved" after everything resolved. */
  readonly forgotten: number
  readonly groups: number
  /** MB with all alerts active, before the kill and after the restart. */
  readonly residentMb: number
  readonly residentAfterMb: number
  readonly refused: number
}

export async function measureRestart(bench: Bench): Promise<Map<Kind, RestartResult>> {
  const results = new Map<Kind, RestartResult>()
  // Long enough for all alerts to come in before the first flush, so that nothing is due when the process is killed.
  const wait = Math.max(2, bench.settings.restartAlerts / 10_000)
  const timing = { groupBy: ['alertname', 'service'], groupWait: `${wait}s`, groupInterval: `${wait}s` }
  for (const kind of bench.kinds) {
    results.set(kind, await bench.withServer(kind, timing, (server) => restartOnce(bench, server, wait * 1000)))
  }
  return results
}

async function restartOnce(bench: Bench, server: Server, waitMs: number): Promise<RestartResult> {
  const alerts = bench.settings.restartAlerts
  const say = (what: string) =>
    bench.progress(`restart with ${alerts.toLocaleString('en')} alerts: ${server.kind.name}, ${what}`)
  const batch = { first: 0, count: alerts, perRequest: 20, startsAt: Date.now(), seconds: 60, cycle: false }

  say('loading')
  const loaded = await bench.load(server, { ...batch, status: 'firing' })
  const told = groupsWith('firing', await bench.arrivals(waitMs + 1000))
  const residentBefore = residentMb(server.pid)

  say('kill -9 and start')
  await server.kill()
  await bench.ask('reset')
  const readySeconds = await server.run()
  const again = await bench.load(server, { ...batch, status: 'firing' })
  const repeated = await bench.arrivals(waitMs + 1000)
  const residentAfterMb = residentMb(server.pid)

  say('resolving')
  await bench.ask('reset')
  const resolved = await bench.load(server, { ...batch, status: 'resolved' })
  const settled = groupsWith('resolved', await bench.arrivals(2 * waitMs + 1000))
  return {
    alerts,
    readySeconds,
    toldTwice: repeated.length,
    forgotten: told.difference(settled).size,
    groups: told.size,
    residentMb: residentBefore,
    residentAfterMb,
    refused: loaded.refused + again.refused + resolved.refused,
  }
}

/** Groups whose last word was this one. */
function groupsWith(status: string, arrivals: readonly Arrival[]): Set<string> {
  const last = new Map(arrivals.map((arrival) => [arrival.group, arrival.status]))
  return new Set([...last].filter(([, said]) => said === status).map(([group]) => group))
}
