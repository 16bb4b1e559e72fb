/** How long an alert takes to fire, as the rules that Prometheus really evaluates say. */

import { durationMs } from '../stack/duration.ts'
import type { Rule } from '../stack/prometheus-api.ts'

/** Seconds. `window` is the longest range that its expression looks back over, through recording rules as well. */
export interface Durations {
  readonly window: number
  readonly for: number
}

/** Null when there is no such rule. */
export function durationsOf(alert: string, severity: string, rules: readonly Rule[]): Durations | null {
  const found = rules.filter((rule) => rule.type === 'alerting' && rule.name === alert && rule.severity === severity)
  if (found.length === 0) return null
  return {
    window: Math.max(...found.map(({ query }) => longestRange(query, rules))),
    for: Math.max(...found.map(({ forSeconds }) => forSeconds)),
  }
}

function longestRange(query: string, rules: readonly Rule[], seen: readonly string[] = []): number {
  const own = [...query.matchAll(/\[([\dmshdwy]+)(?::[^\]]*)?\]|\boffset\s+([\dmshdwy]+)/g)]
  const recorded = rules.filter(
    ({ name, type }) => type === 'recording' && !seen.includes(name) && query.includes(name) && name.includes(':'),
  )
  return Math.max(
    0,
    ...own.map(([, range, offset]) => durationMs(range ?? offset ?? '') / 1_000),
    ...recorded.map((rule) => longestRange(rule.query, rules, [...seen, rule.name])),
  )
}
