/** Where the router's time goes while it takes alerts in, by bucket, from the profile that Node writes at its end. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { type IngestCase, ingestCases, ingestOnce } from './ingest.ts'
import type { Loaded } from './loader.ts'
import type { Kind } from './servers.ts'
import { table } from './table.ts'

/** A .cpuprofile: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile; times in µs. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
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
  return profileTable(profiles, measured)
}

/** Worker threads write profiles of their own; their time is added. */
function profileTable(profiles: readonly Profile[], measured: Record<IngestCase, Loaded>): string {
  const perCase = ingestCases.map((name) => {
    const { from, to, alertsPerSecond } = measured[name]
    const spent = new Map<string, number>()
    for (const profile of profiles) addTime(profile, from * 1000, to * 1000, spent)
    return { spent, wallUs: (to - from) * 1000, alerts: (alertsPerSecond * (to - from)) / 1000 }
  })
  const rows = order.map((bucket) => [
    bucket,
    ...perCase.flatMap(({ spent, wallUs, alerts }) => {
      const us = spent.get(bucket) ?? 0
      return us === 0 ? ['', ''] : [`${((us / wallUs) * 100).toFixed(1)} %`, (us / alerts).toFixed(2)]
    }),
  ])
  const columns = ingestCases.flatMap((name) => [
    { title: name, align: 'right' as const },
    { title: 'us/alert', align: 'right' as const },
  ])
  const heading = `Where the time goes: share of the wall clock and us per alert, ${profiles.length} thread(s), with the profiler's own cost`
  return table(heading, [{ title: '', align: 'left' }, ...columns], rows)
}

/** Adds the self time of every sample between two moments of the machine's clock, µs, to its bucket. */
function addTime(profile: Profile, fromUs: number, toUs: number, spent: Map<string, number>): void {
  const bucketOf = bucketsOfNodes(profile)
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    if (at < fromUs || at > toUs) continue
    const bucket = bucketOf.get(id) ?? 'native'
    spent.set(bucket, (spent.get(bucket) ?? 0) + delta)
  }
}

/** Native functions and Node's own count to whoever called them, but for JSON, garbage and waiting. */
function bucketsOfNodes(profile: Profile): Map<number, string> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const result = new Map<number, string>()
  const visit = (id: number, inherited: string): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const bucket = bucketOf(node.callFrame, inherited)
    result.set(id, bucket)
    for (const child of node.children ?? []) visit(child, bucket === 'json' ? inherited : bucket)
  }
  if (profile.nodes[0] !== undefined) visit(profile.nodes[0].id, 'native')
  return result
}

function bucketOf({ functionName, url }: { functionName: string; url: string }, inherited: string): string {
  if (functionName === '(garbage collector)') return 'gc'
  if (functionName === '(idle)') return 'idle'
  if (functionName === '(program)') return 'native'
  if (url === '' && (functionName === 'parse' || functionName === 'stringify')) return 'json'
  if (url.startsWith('node:') && inherited === 'native') return 'http and sockets'
  return buckets.find(([, pattern]) => pattern.test(url))?.[0] ?? inherited
}
