/** Metrics of who was refused. */
import { Counter } from '@prometheus-io/client'
import type { Refusal } from '../access/refused.ts'
import type { Named } from './named.ts'

export interface AccessMetrics {
  /** A request was refused for who sent it. */
  refused(reason: Refusal): void
}

export function accessMetrics(of: Named): AccessMetrics {
  const refused = new Counter(of('auth_failures_total', 'Requests refused for who sent them.', 'reason'))
  return { refused: (reason) => refused.inc({ reason }) }
}
