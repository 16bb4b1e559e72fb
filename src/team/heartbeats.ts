/** Reads `heartbeats`: the alerts that have to keep coming, and who is told when one does not. */
import { formatMatcher, type Matcher } from '../route/matcher.ts'
import type { Route } from '../route/route.ts'
import { describeOldMatch, readMatchers } from './matchers.ts'
import { type ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readList, readMap, readText, requireEntry } from './reading.ts'
import { readReceiverName } from './receivers.ts'
import { readDuration } from './route-settings.ts'
import type { YamlMap, YamlNode } from './yaml-tree.ts'

/** An alert that has to come again within `everyMs`, told of by its absence. */
export interface Heartbeat {
  /** The author's, else its matchers; one of a kind in its document. */
  readonly name: string
  /** Never empty; one of them names a value exactly (`exactMatcher`). */
  readonly matchers: readonly Matcher[]
  readonly everyMs: number
  /** Name of a receiver of the same document. */
  readonly receiver: string
  /** What HeartbeatMissing goes by. It is no part of the tree, and no author's name or hash has a colon in it. */
  readonly route: Route
}

/** Sooner, one webhook that has to be sent twice would look like an outage. */
const SHORTEST_EVERY_MS = 10_000

const MOST_HEARTBEATS = 1_000

/** A longer one is no name any more. */
const LONGEST_OWN_NAME = 200

const example = `[{ matchers: ['alertname="Watchdog"'], every: 5m, receiver: chat }]`

/** Those that can be read; fit for use only if no problem was added. */
export function readHeartbeats(
  node: YamlNode,
  receiverNames: ReadonlySet<string> | undefined,
  problems: ProblemList,
): Heartbeat[] {
  const list = readList(node, 'heartbeats', example, problems)
  const heartbeats: Heartbeat[] = []
  const lines = new Map<string, number>()
  for (const [n, item] of (list?.items ?? []).entries()) {
    if (n === MOST_HEARTBEATS) {
      problems.add(
        item.start,
        `more than ${MOST_HEARTBEATS} heartbeats`,
        'expect one alert per system, or split the team',
      )
      break
    }
    const heartbeat = readHeartbeat(item, receiverNames, problems)
    if (heartbeat === undefined) continue
    const at = item.kind === 'map' ? (item.entries.get('name')?.value ?? item) : item
    const first = lines.get(heartbeat.name)
    if (first === undefined) lines.set(heartbeat.name, problems.place(at.start).line)
    else {
      const what = `the heartbeat ${quoted(heartbeat.name)} again, first on line ${first}`
      problems.add(at.start, what, 'remove one of them, or give each a name: of its own')
    }
    heartbeats.push(heartbeat)
  }
  return heartbeats
}

/** The matcher that a heartbeat is looked up by: the alert's name if it says one, else the first with `=` and a value. */
export function exactMatcher(matchers: readonly Matcher[]): Matcher | undefined {
  const exact = matchers.filter(({ op, value }) => op === '=' && value !== '')
  return exact.find(({ name }) => name === 'alertname') ?? exact[0]
}

function readHeartbeat(
  node: YamlNode,
  receiverNames: ReadonlySet<string> | undefined,
  problems: ProblemList,
): Heartbeat | undefined {
  if (readMap(node, keysOf(node), problems) === undefined || node.kind !== 'map') return undefined
  const need = (key: string, valid: string) => requireEntry(node, key, 'the heartbeat', valid, problems)
  const old = node.entries.has('match') || node.entries.has('match_re')
  const matchersNode = old ? undefined : need('matchers', `add matchers: ['alertname="Watchdog"']`)
  const everyNode = need('every', 'add every: 5m, or another time within which it has to come again')
  const receiverNode = need('receiver', 'add receiver: and the name of who is told when it does not come')
  const matchers = matchersNode && readExpected(matchersNode, problems)
  const everyMs = everyNode && readEvery(everyNode, problems)
  const receiver = receiverNode && readReceiverName(receiverNode, receiverNames, problems)
  const name = readName(node, matchers, problems)
  if (matchers === undefined || everyMs === undefined || receiver === undefined || name === undefined) return undefined
  return { name, matchers, everyMs, receiver, route: routeOf(name, receiver) }
}

/** Without an exact value it would keep alerts off their routes that nobody thought of, down to all of them. */
function readExpected(node: YamlNode, problems: ProblemList): readonly Matcher[] | undefined {
  const matchers = readMatchers(node, 'matchers', problems)
  if (matchers === undefined || exactMatcher(matchers) !== undefined) return matchers
  const what = 'a heartbeat whose matchers name no value exactly would take alerts of all kinds off their routes'
  problems.add(node.start, what, `add the alert's name, such as 'alertname="Watchdog"'`)
  return undefined
}

function readEvery(node: YamlNode, problems: ProblemList): number | undefined {
  const ms = readDuration(node, 'every', problems)
  if (ms === undefined || ms >= SHORTEST_EVERY_MS) return ms
  problems.add(
    node.start,
    '"every" is shorter than 10s',
    'write 10s or more, and more than its repeat_interval upstream',
  )
  return undefined
}

function readName(node: YamlMap, matchers: readonly Matcher[] | undefined, problems: ProblemList): string | undefined {
  const written = node.entries.get('name')?.value
  if (written !== undefined) {
    const name = readText(written, 'name', 'a name such as cluster-a', problems)
    if (name === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name
    const valid = 'use at most 63 letters, digits, ".", "_" and "-"'
    problems.add(written.start, `the heartbeat name ${quoted(name)}`, valid)
    return undefined
  }
  const own = matchers?.map(formatMatcher).join(',')
  if (own === undefined || own.length <= LONGEST_OWN_NAME) return own
  problems.add(
    node.start,
    'a heartbeat whose matchers are too long to call it by',
    'add name: cluster-a, or another name',
  )
  return undefined
}

/** Told at once and kept in mind. 10 s between messages of one outage, for a heartbeat that comes and goes. */
function routeOf(name: string, receiver: string): Route {
  return {
    id: `heartbeat:${name}`,
    matchers: [],
    receiver,
    groupBy: 'all',
    groupWaitMs: 0,
    groupIntervalMs: 10_000,
    repeatIntervalMs: 3_600_000,
    continue: false,
    flushNow: [],
    routes: [],
  }
}

/** Old matching keys are refused with the very matchers to write. */
function keysOf(node: YamlNode): KnownKeys {
  const refused = new Map<string, readonly [what: string, valid: string]>()
  for (const key of ['match', 'match_re'] as const) {
    const entry = node.kind === 'map' ? node.entries.get(key) : undefined
    if (entry) refused.set(key, [`"${key}" is not used here`, describeOldMatch(key, entry.value)])
  }
  return { of: 'a heartbeat', keys: ['name', 'matchers', 'every', 'receiver'], refused }
}
