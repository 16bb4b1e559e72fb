/** Reads what routes inherit: how alerts are grouped and when a group speaks. */
import type { Matcher } from '../route/matcher.ts'
import type { Route } from '../route/route.ts'
import { parseDuration } from './duration.ts'
import { readMatchers } from './matchers.ts'
import { type ProblemList, quoted } from './problem.ts'
import { readList, readText } from './reading.ts'
import type { YamlEntries, YamlNode } from './yaml-tree.ts'

/**
 * A child takes over what it does not set itself (AM-R3). `flushNow` too: it says when a group speaks, as the timers
 * do, and `flush_now: []` turns it off.
 */
export type Settings = Pick<Route, 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs' | 'flushNow'>

export const settingKeys = ['group_by', 'group_wait', 'group_interval', 'repeat_interval', 'flush_now'] as const

/** Shorter than Alertmanager's 30s and 5m, which the alerts have already waited upstream. */
export const defaultSettings: Settings = {
  groupBy: [],
  groupWaitMs: 5_000,
  groupIntervalMs: 60_000,
  repeatIntervalMs: 4 * 3_600_000,
  flushNow: [],
}

/** The settings of a route below `parent`; what cannot be read is told and taken over from the parent. */
export function inheritSettings(entries: YamlEntries, parent: Settings, problems: ProblemList): Settings {
  const read = <T>(key: (typeof settingKeys)[number], reader: (node: YamlNode) => T | undefined, inherited: T): T => {
    const node = entries.get(key)?.value
    return (node && reader(node)) ?? inherited
  }
  const duration = (key: 'group_wait' | 'group_interval' | 'repeat_interval', inherited: number) =>
    read(key, (node) => readDuration(node, key, problems), inherited)
  return {
    groupBy: read('group_by', (node) => readGroupBy(node, problems), parent.groupBy),
    groupWaitMs: duration('group_wait', parent.groupWaitMs),
    groupIntervalMs: duration('group_interval', parent.groupIntervalMs),
    repeatIntervalMs: duration('repeat_interval', parent.repeatIntervalMs),
    flushNow: read<readonly Matcher[]>(
      'flush_now',
      (node) => readMatchers(node, 'flush_now', problems),
      parent.flushNow,
    ),
  }
}

/** Only a group may be told at once (AM-R4): an interval of 0 would repeat without end. */
export function readDuration(node: YamlNode, key: string, problems: ProblemList): number | undefined {
  const isNumber = node.kind === 'scalar' && typeof node.value === 'number'
  const text = isNumber ? node.source : readText(node, key, 'a duration such as 30s', problems)
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === null) {
    const valid = 'write whole numbers with units y, w, d, h, m, s, ms from large to small, such as 30s, 5m or 1h30m'
    problems.add(node.start, `"${key}" is ${quoted(text)}, which is not a duration`, valid)
  } else if (ms === 0 && key !== 'group_wait') {
    problems.add(node.start, `"${key}" cannot be 0`, 'write a duration above 0, such as 1m')
    return undefined
  }
  return ms ?? undefined
}

/** AM-R5: `['...']` groups by every label and stands alone; `[]` puts all alerts of the route into one group. */
function readGroupBy(node: YamlNode, problems: ProblemList): Route['groupBy'] | undefined {
  const list = readList(node, 'group_by', '[alertname, cluster]', problems)
  if (list === undefined) return undefined
  const names = new Set<string>()
  for (const item of list.items) {
    const name = readText(item, 'group_by', 'the name of a label', problems)
    if (name === undefined) continue
    if (names.has(name))
      problems.add(item.start, `the label ${quoted(name)} again in "group_by"`, 'name each label once')
    names.add(name)
  }
  if (!names.has('...')) return [...names]
  if (names.size > 1)
    problems.add(node.start, `"..." beside other labels in "group_by"`, "write ['...'] alone, or remove it")
  return 'all'
}
