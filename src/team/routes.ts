/** Reads `route`: a team's routing tree, with everything inherited filled in. */
import type { Matcher } from '../route/matcher.ts'
import type { Route } from '../route/route.ts'
import { assignRouteId } from '../route/tree.ts'
import { describeOldMatch, readMatchers } from './matchers.ts'
import { type ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readBoolean, readList, readMap, readText, requireEntry } from './reading.ts'
import { readReceiverName } from './receivers.ts'
import { defaultSettings, inheritSettings, type Settings, settingKeys } from './route-settings.ts'
import type { YamlEntries, YamlMap, YamlNode } from './yaml-tree.ts'

const mostRoutes = 1000

/** The compiled tree; undefined only if there is none to read. It is fit for use only if no problem was added. */
export function readRoute(
  node: YamlNode,
  receiverNames: ReadonlySet<string> | undefined,
  problems: ProblemList,
): Route | undefined {
  return new RouteReader(receiverNames, problems).root(node)
}

const keys = ['receiver', ...settingKeys, 'matchers', 'continue', 'name', 'routes']
const neverMuted = 'remove it; nothing is muted by time yet'
const refused = new Map<string, readonly [what: string, valid: string]>([
  ['mute_time_intervals', ['"mute_time_intervals" is not supported', neverMuted]],
  ['active_time_intervals', ['"active_time_intervals" is not supported', neverMuted]],
])

/** The root takes every alert. */
const rootKeys: KnownKeys = {
  of: 'the root route',
  keys: keys.filter((key) => key !== 'matchers'),
  refused: new Map([...refused, ...['matchers', 'match', 'match_re'].map(onlyBelowRoot)]),
}

/** What a route takes over from its parent. `path` is null below a route whose identity cannot be told for its mistakes. */
interface Parent {
  readonly receiver: string | undefined
  readonly settings: Settings
  readonly path: readonly (readonly Matcher[])[] | null
}

class RouteReader {
  readonly #receiverNames: ReadonlySet<string> | undefined
  readonly #problems: ProblemList
  readonly #startById = new Map<string, number>()
  #count = 0

  constructor(receiverNames: ReadonlySet<string> | undefined, problems: ProblemList) {
    this.#receiverNames = receiverNames
    this.#problems = problems
  }

  root(node: YamlNode): Route | undefined {
    if (node.kind === 'map') {
      requireEntry(node, 'receiver', 'the root route', 'add receiver: and the name of a receiver', this.#problems)
      const more = node.entries.get('continue')
      if (more?.value.kind === 'scalar' && more.value.value === true) {
        this.#problems.add(more.keyStart, '"continue" on the root route, which has no siblings', 'remove it')
      }
    }
    return this.#route(node, { receiver: undefined, settings: defaultSettings, path: [] })
  }

  #route(node: YamlNode, parent: Parent): Route | undefined {
    if (++this.#count > mostRoutes) {
      if (this.#count === mostRoutes + 1) {
        this.#problems.add(
          node.start,
          `more than ${mostRoutes} routes`,
          'match several values with =~, or split the team',
        )
      }
      return undefined
    }
    const isRoot = parent.path?.length === 0
    const entries = readMap(node, isRoot ? rootKeys : childKeys(node), this.#problems)
    if (entries === undefined || node.kind !== 'map') return undefined
    const { count } = this.#problems
    const receiver = this.#receiver(entries) ?? parent.receiver
    const settings = inheritSettings(entries, parent.settings, this.#problems)
    const matchers = isRoot ? [] : this.#matchers(entries)
    const name = this.#name(entries)
    const sound = this.#problems.count === count
    const path = sound && matchers && parent.path ? [...parent.path, matchers] : null
    const more = entries.get('continue')
    const route = {
      id: this.#identify(node, path, receiver, settings, name),
      matchers: matchers ?? [],
      receiver: receiver ?? '',
      ...settings,
      continue: more ? (readBoolean(more.value, 'continue', this.#problems) ?? false) : false,
    }
    const children = entries.get('routes')
    const list = children && readList(children.value, 'routes', '[{ receiver: chat }]', this.#problems)
    const routes = (list?.items ?? []).map((item) => this.#route(item, { receiver, settings, path }))
    return { ...route, routes: routes.filter((child) => child !== undefined) }
  }

  #receiver(entries: YamlEntries): string | undefined {
    const node = entries.get('receiver')?.value
    return node && readReceiverName(node, this.#receiverNames, this.#problems)
  }

  /** Undefined when they cannot be read. */
  #matchers(entries: YamlEntries): readonly Matcher[] | undefined {
    if (entries.has('match') || entries.has('match_re')) return undefined
    const entry = entries.get('matchers')
    return entry === undefined ? [] : readMatchers(entry.value, 'matchers', this.#problems)
  }

  #name(entries: YamlEntries): string | undefined {
    const node = entries.get('name')?.value
    const name = node && readText(node, 'name', 'a name such as pages', this.#problems)
    if (node === undefined || name === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name
    this.#problems.add(node.start, `the route name ${quoted(name)}`, 'use at most 63 letters, digits, ".", "_" and "-"')
    return undefined
  }

  /** Two routes with one id would be one group with two settings: told apart by the author, or merged. */
  #identify(
    node: YamlMap,
    path: Parent['path'],
    receiver: string | undefined,
    { groupBy }: Settings,
    name: string | undefined,
  ): string {
    if (name === undefined && (path === null || receiver === undefined)) return ''
    const id = assignRouteId(path ?? [], receiver ?? '', groupBy, name)
    const first = this.#startById.get(id)
    if (first === undefined) {
      this.#startById.set(id, node.start)
      return id
    }
    const { line } = this.#problems.place(first)
    if (name === undefined) {
      const what = `this route equals the one on line ${line}: the same matchers, receiver and group_by`
      this.#problems.add(node.start, what, 'remove one of them, or give one a name: of its own')
    } else {
      const at = node.entries.get('name')?.value.start ?? node.start
      this.#problems.add(at, `the route name ${quoted(name)} again, first on line ${line}`, 'give each its own name')
    }
    return id
  }
}

function onlyBelowRoot(key: string): [key: string, refusal: readonly [what: string, valid: string]] {
  return [key, [`"${key}" on the root route, which takes every alert`, 'move it into routes:']]
}

/** Old matching keys are refused with the very matchers to write. */
function childKeys(node: YamlNode): KnownKeys {
  const advised = new Map(refused)
  for (const key of ['match', 'match_re'] as const) {
    const entry = node.kind === 'map' ? node.entries.get(key) : undefined
    if (entry) advised.set(key, [`"${key}" is not used here`, describeOldMatch(key, entry.value)])
  }
  return { of: 'a route', keys, refused: advised }
}
