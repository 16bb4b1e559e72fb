/** Where the router's time goes while it takes alerts in, by bucket, from the profile that Node writes at its end. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { type IngestCase, ingestCases, ingestOnce } from './ingest.ts'
import type { Loaded } from './loader.ts'
import type { Kind } from './servers.ts'
import { type Column, table } from './table.ts'

/** A .cpuprofile: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile; times in µs. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** The first pattern that a script's address matches names the bucket of its functions. */
const buckets: readonly (readonly [string, RegExp])[] = [
  ['sqlite', /better-sqlite3|\/src\/db\//],
  ['routing', /\/src\/(route|team)\/|re2js/],
  ['parse and check', /\/src\/alert\/|\/zod\//],
  ['episodes', /\/src\/episode\//],
  ['groups', /\/src\/group\//],
  ['notifications', /\/src\/(notification|channel)\//],
  ['metrics and log', /prometheus-io|\/pino|sonic-boom|metrics\.ts/],
  ['http and sockets', /fastify|find-my-way|\/src\/(http|app)|http\.ts|node_modules/],
  ['pipeline', /\/src\//],
]

const order = [...buckets.map(([name]) => name), 'json', 'gc', 'native', 'idle']

/** Runs the ingest cases once against a profiled router; resolves with the table. */
export async function profileIngest(
  bench: Bench,
  kindWith: (nodeArgs: string[]) => Kind,
  folder: string,
): Promise<string> {
  bench.progress('profile: the ingest cases, once')
  const kind = kindWith(['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'])
  const timing = { groupBy: ['alertname', 'service'], groupWait: '1s', groupInterval: '30s' }
  const measured = await bench.withServer(kind, timing, (server) => ingestOnce(bench, server))
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
  if (files.length === 0) throw new Error('the router wrote no profile: it has to end by itself on SIGTERM')
  const profiles = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile)
  return profileTables(profiles, measured)
}

/** What one case spent where, µs, over all threads: worker threads write profiles of their own. */
interface Spent {
  readonly bucket: Map<string, number>
  readonly fn: Map<string, number>
  readonly wallUs: number
  readonly alerts: number
}

function profileTables(profiles: readonly Profile[], measured: Record<IngestCase, Loaded>): string {
  const perCase = ingestCases.map((name): Spent => {
    const { from, to, alertsPerSecond } = measured[name]
    const wallUs = (to - from) * 1000
    const spent = { bucket: new Map(), fn: new Map(), wallUs, alerts: (alertsPerSecond * wallUs) / 1e6 }
    for (const profile of profiles) addTime(profile, from * 1000, to * 1000, spent)
    return spent
  })
  const columns = ingestCases.flatMap((name): Column[] => [
    { title: name, align: 'right' },
    { title: 'us/alert', align: 'right' },
  ])
  const cells = (spent: Spent, us = 0) =>
    us === 0 ? ['', ''] : [`${((us / spent.wallUs) * 100).toFixed(1)} %`, (us / spent.alerts).toFixed(2)]
  const rows = (names: readonly string[], of: 'bucket' | 'fn') =>
    names.map((name) => [name, ...perCase.flatMap((spent) => cells(spent, spent[of].get(name)))])
  const total = (name: string) => perCase.reduce((sum, { fn, alerts }) => sum + (fn.get(name) ?? 0) / alerts, 0)
  const all = [...new Set(perCase.flatMap(({ fn }) => [...fn.keys()]))]
  const costly = all.toSorted((a, b) => total(b) - total(a)).slice(0, 15)
  const named: Column[] = [{ title: '', align: 'left' }, ...columns]
  return [
    table(`Share of the wall clock and us per alert, the profiler's own cost included`, named, rows(order, 'bucket')),
    table('The costliest functions, each with what it calls outside src/ and in src/db/', named, rows(costly, 'fn')),
  ].join('\n\n')
}

/** Adds the self time of every sample between two moments of the machine's clock, µs. */
function addTime(profile: Profile, fromUs: number, toUs: number, spent: Spent): void {
  const places = placesOfNodes(profile)
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    if (at < fromUs || at > toUs) continue
    const { bucket, fn } = places.get(id) ?? top
    spent.bucket.set(bucket, (spent.bucket.get(bucket) ?? 0) + delta)
    if (fn !== null) spent.fn.set(fn, (spent.fn.get(fn) ?? 0) + delta)
  }
}

/** Where a call counts: its bucket, and the function of src/ that answers for it. */
interface Place {
  readonly bucket: string
  readonly fn: string | null
}

const top: Place = { bucket: 'native', fn: null }

function placesOfNodes(profile: Profile): Map<number, Place> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const places = new Map<number, Place>()
  const visit = (id: number, caller: Place): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const { functionName, url, lineNumber } = node.callFrame
    const file = /\/src\/(?!db\/)(.+)$/.exec(url)?.[1]
    const fn = file === undefined ? caller.fn : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
    const bucket = bucketOf(functionName, url, caller.bucket)
    places.set(id, { bucket, fn })
    for (const child of node.children ?? []) visit(child, { bucket: bucket === 'json' ? caller.bucket : bucket, fn })
  }
  if (profile.nodes[0] !== undefined) visit(profile.nodes[0].id, top)
  return places
}

/** Native functions and Node's own count to whoever called them, but for JSON, garbage and waiting. */
function bucketOf(functionName: string, url: string, caller: string): string {
  if (functionName === '(garbage collector)') return 'gc'
  if (functionName === '(idle)') return 'idle'
  if (functionName === '(program)') return 'native'
  if (url === '' && (functionName === 'parse' || functionName === 'stringify')) return 'json'
  if (url.startsWith('node:') && caller === 'native') return 'http and sockets'
  return buckets.find(([, pattern]) => pattern.test(url))?.[0] ?? caller
}
