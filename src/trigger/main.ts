/** `npm run trigger -- <AlertName>`: makes an alert fire through the running stack, and lets it end. */
import { setTimeout as pause } from 'node:timers/promises'
import { openPrometheus, PrometheusError } from '../stack/prometheus-api.ts'
import { readRunning } from '../stack/read-running.ts'
import { NotRunningError, type Running } from '../stack/running.ts'
import { UsageError } from '../terminal/command-line.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { TriggerError } from './cause.ts'
import type { Result } from './course.ts'
import { startDrill } from './drill.ts'
import { printListing } from './listing.ts'
import { printResults, printSteps } from './printed.ts'
import { rounds } from './rounds.ts'
import { help, readSettings, type Settings } from './settings.ts'
import { type Trigger, triggers } from './triggers.ts'

const terminal = openTerminal(process.stdout, process.env)
const interrupted = new AbortController()
// Every time, not once: a second Ctrl-C must not cut the undoing short.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort())
// Whoever read the output has gone (`| head`), but what was begun has to be undone.
process.stdout.on('error', () => interrupted.abort())

try {
  const settings = readSettings(process.argv.slice(2))
  if (settings === null) process.stdout.write(`${help}\n`)
  else if (settings.chosen.length === 0) await list(readRunning(process.env))
  else await fire(settings, readRunning(process.env))
} catch (error) {
  // An error beside the interruption is of the undoing, and no less for it.
  if (interrupted.signal.aborted && (error as Error).name === 'AbortError') {
    terminal.say('Interrupted. What was done is undone.')
    process.exitCode = 130
  } else {
    if (!isExpected(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}

async function fire({ chosen, holdSeconds }: Settings, running: Running): Promise<void> {
  const { signal } = interrupted
  const report = printSteps(terminal)
  const results: Result[] = []
  for (const round of rounds(chosen)) {
    const drill = await startDrill(round, running, { signal, report })
    try {
      await hold(round, holdSeconds, signal)
    } finally {
      results.push(...(await drill.end()))
    }
  }
  terminal.say()
  printResults(terminal, results)
  if (results.some(({ problem }) => problem !== null)) process.exitCode = 1
}

async function hold(round: readonly Trigger[], seconds: number, signal: AbortSignal): Promise<void> {
  if (seconds === 0) return
  terminal.say(`${round.map(({ alert }) => alert).join(', ')}: left firing for ${seconds} s. Ctrl-C ends it.`)
  await pause(seconds * 1_000, undefined, { signal })
}

async function list({ urls, speed }: Running): Promise<void> {
  const rules = await openPrometheus(urls.prometheus)
    .rules()
    .catch((error: unknown) => {
      if (!(error instanceof PrometheusError)) throw error
      return null
    })
  printListing(terminal, triggers, rules)
  terminal.say()
  terminal.say(
    rules === null
      ? `How long each takes is not known: Prometheus does not answer at ${urls.prometheus}. npm run stack -- --speed 300 starts everything.`
      : `Times are of the rules as Prometheus at ${urls.prometheus} evaluates them${speed === 1 ? '' : ` (${speed} times as fast as shipped)`}.`,
    'gray',
  )
  terminal.say('npm run trigger -- <AlertName> makes one fire; --help says more.', 'gray')
}

function isExpected(error: unknown): error is Error {
  return [UsageError, TriggerError, PrometheusError, NotRunningError].some((kind) => error instanceof kind)
}
