/** How long an alert takes to fire, as the rules that Prometheus really evaluates say. */
import type { Rule } from '../health-report/prometheus.ts'

const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const

/** Whole seconds. `window` is the longest range that its expression looks back over, through recording rules as well. */
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
    ...own.map(([, range, offset]) => seconds(range ?? offset ?? '')),
    ...recorded.map((rule) => longestRange(rule.query, rules, [...seen, rule.name])),
  )
}

/** `1h30m` in seconds. */
function seconds(text: string): number {
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
    .map(([, count, unit]) => Number(count) * unitSeconds[unit as keyof typeof unitSeconds])
    .reduce((sum, part) => sum + part, 0)
}
