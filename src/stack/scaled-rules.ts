/** A rule file in which time runs faster: every duration divided by one factor, and nothing else changed. */
import { parser } from '@prometheus-io/lezer-promql'
import { parse, stringify } from 'yaml'
import { isRecord, list } from '../stand-in/json.ts'
import { dividedDuration } from './duration.ts'

/** Less would be a handful of samples at one a second, and a rule of few samples flaps. */
const floorMs = 5_000

const groupKeys = ['interval', 'query_offset']
const ruleKeys = ['for', 'keep_firing_for']

/**
 * The text of a rule file with the durations of groups, alerts and expressions (ranges, subqueries, offsets) divided by
 * `factor`, at least 5 s each; what was shorter than that, such as `for: 0s`, stays. Comments are lost. Throws an Error
 * that names the rule if an expression is no PromQL.
 */
export function scaledRules(text: string, factor: number): string {
  const file: unknown = parse(text)
  if (!isRecord(file)) throw new Error('A rule file is a map with "groups".')
  const groups = list(file.groups).map((group) => {
    if (!isRecord(group)) return group
    return { ...divided(group, groupKeys, factor), rules: list(group.rules).map((rule) => scaledRule(rule, factor)) }
  })
  return stringify({ ...file, groups }, { lineWidth: 0 })
}

function scaledRule(rule: unknown, factor: number): unknown {
  if (!isRecord(rule)) return rule
  const name = String(rule.alert ?? rule.record)
  return { ...divided(rule, ruleKeys, factor), expr: scaledExpression(String(rule.expr), factor, name) }
}

function divided(map: Record<string, unknown>, keys: readonly string[], factor: number): Record<string, unknown> {
  const entries = Object.entries(map)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, keys.includes(key) ? dividedDuration(String(value), factor, floorMs) : value]),
  )
}

/** The parser tells durations from what only looks like one: numbers, label values, names of recorded series. */
function scaledExpression(expression: string, factor: number, rule: string): string {
  let scaled = ''
  let end = 0
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to }) => {
      if (type.isError) throw new Error(`The expression of ${rule} is no PromQL: ${expression.slice(0, to)} <- here`)
      if (name !== 'NumberDurationLiteralInDurationContext') return
      scaled += expression.slice(end, from) + dividedDuration(expression.slice(from, to), factor, floorMs)
      end = to
    },
  })
  return scaled + expression.slice(end)
}
