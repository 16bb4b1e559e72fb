/** Metrics of the router's watch over itself: its own heartbeat to the outside. */
import { Counter, Gauge } from '@prometheus-io/client'
import type { PingResult } from '../heartbeat/ping.ts'
import type { Named } from './named.ts'

export interface WatchingMetrics {
  /** The outbound heartbeat was due. `at` is epoch ms. */
  pinged(result: PingResult, at: number): void
}

export function watchingMetrics(of: Named): WatchingMetrics {
  const pings = new Counter(
    of('heartbeat_ping_total', 'Outbound heartbeats: ok, failed, or withheld because not all was well.', 'result'),
  )
  const lastPing = new Gauge(
    of('heartbeat_last_ping_timestamp_seconds', 'When the outbound heartbeat last arrived; 0 if it has not yet.'),
  )
  return {
    pinged: (result, at) => {
      pings.inc({ result })
      if (result === 'ok') lastPing.set(at / 1000)
    },
  }
}
