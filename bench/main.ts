/** `npm run bench`: measures the router beside Alertmanager, in one run on one machine, and prints tables. */
import { closeSync, existsSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Bench } from './bench.ts'
import { median } from './figures.ts'
import { measureHistory } from './history.ts'
import { measureIngest } from './ingest.ts'
import { measureLatency } from './latency.ts'
import { profileIngest } from './profile.ts'
import { historyTables, ingestTable, latencyTable, restartTable } from './report.ts'
import { measureRestart } from './restart.ts'
import { alertRouter, findAlertmanager } from './servers.ts'

const usage = `npm run bench -- [options]     about four minutes; Linux shows CPU and memory too
  --only ingest|latency|restart|history  one of the parts
  --seconds N                    length of each measurement (2)
  --runs N                       runs of which the median is shown (3)
  --full                         restart with 100,000 active alerts instead of 20,000
  --episodes N                   of the past whose history is searched (500,000; 10 million take 6 GB and 4 minutes)
  --profile                      instead: where the router's time goes during ingest
  --entry FILE                   another router's main file (src/main.ts)
Alertmanager is found through ALERTMANAGER_BIN or PATH.`

const root = resolve(import.meta.dirname, '..')

try {
  await main()
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return void process.stdout.write(`${usage}\n`)
  const { only, settings, entry, profile } = options
  const folder = newFolder()
  const alertmanager = profile ? null : findAlertmanager()
  const bench = await Bench.open(settings, { router: alertRouter(entry), alertmanager }, folder)
  try {
    printHead(alertmanager?.version ?? null, settings, folder)
    if (profile) return print(await profileIngest(bench, (args) => alertRouter(entry, args), join(folder, 'profile')))
    const wanted = (part: string) => only === undefined || only === part
    const tables: string[] = []
    if (wanted('ingest')) tables.push(ingestTable(await measureIngest(bench)))
    if (wanted('latency')) tables.push(latencyTable(await measureLatency(bench)))
    if (wanted('restart')) tables.push(restartTable(await measureRestart(bench)))
    if (wanted('history')) tables.push(...historyTables(await measureHistory(bench)))
    bench.progress('done')
    for (const one of tables) print(one)
    if (!profile && alertmanager === null)
      print('Alertmanager not found (ALERTMANAGER_BIN, PATH): measured without comparison.')
  } finally {
    bench.close()
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      runs: { type: 'string', default: '3' },
      full: { type: 'boolean', default: false },
      episodes: { type: 'string', default: '500000' },
      profile: { type: 'boolean', default: false },
      entry: { type: 'string', default: join(root, 'src', 'main.ts') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const { only, full, profile } = values
  if (only !== undefined && !['ingest', 'latency', 'restart', 'history'].includes(only)) {
    throw new Error(`--only ${only}: write ingest, latency, restart or history`)
  }
  const entry = resolve(values.entry)
  if (!existsSync(entry)) throw new Error(`${entry} does not exist: name the router's main file with --entry`)
  const settings = {
    seconds: positive('--seconds', values.seconds),
    runs: Math.ceil(positive('--runs', values.runs)),
    restartAlerts: full ? 100_000 : 20_000,
    episodes: Math.ceil(positive('--episodes', values.episodes)),
    queries: 100,
  }
  return { only, profile, entry, settings }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new Error(`${name} ${text}: write a number above 0`)
}

/** On the disk of the checkout: the system's folder for temporary files is often memory, where a commit costs nothing. */
function newFolder(): string {
  const parent = join(root, 'node_modules', '.cache')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  return folder
}

function printHead(alertmanager: string | null, settings: Bench['settings'], folder: string): void {
  const parts = [
    `node ${process.versions.node}`,
    `${availableParallelism()} cores, of which ${loadavg()[0]?.toFixed(1)} were busy in the last minute`,
    `fdatasync of 8 KB ${syncMs(folder).toFixed(2)} ms`,
    alertmanager === null ? 'no Alertmanager' : `Alertmanager ${alertmanager}`,
    `median of ${settings.runs} x ${settings.seconds} s`,
  ]
  print(parts.join(', '))
}

/** What the disk asks for one durable write: the floor under a lone commit. */
function syncMs(folder: string): number {
  const file = openSync(join(folder, 'sync'), 'w')
  const block = Buffer.alloc(8192, 1)
  const times = Array.from({ length: 100 }, (_, at) => {
    const began = performance.now()
    writeSync(file, block, 0, block.length, at * block.length)
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  return median(times)
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
