/** `npm run health-report`: how the monitored system is doing, for people who look at a terminal. */

import { openPrometheus, PrometheusError } from '../stack/prometheus-api.ts'
import { readRunning } from '../stack/read-running.ts'
import { NotRunningError } from '../stack/running.ts'
import { UsageError } from '../terminal/command-line.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { isCritical, readHealth } from './health.ts'
import { printHealth } from './printed.ts'
import { help, readSettings, type Settings } from './settings.ts'

// Whoever read the output has gone (`| head`): there is nobody to tell.
process.stdout.on('error', () => process.exit())

try {
  const settings = readSettings(process.argv.slice(2))
  if (settings === null) process.stdout.write(`${help}\n`)
  else await report(settings)
} catch (error) {
  const isExpected = [UsageError, PrometheusError, NotRunningError].some((kind) => error instanceof kind)
  if (!isExpected) throw error
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 2
}

async function report({ json, window: asked }: Settings): Promise<void> {
  const { urls, speed } = readRunning(process.env)
  const { prometheus: url } = urls
  const window = asked ?? (speed > 1 ? '30s' : '5m')
  const health = await readHealth(openPrometheus(url), window)
  if (json) process.stdout.write(`${JSON.stringify({ prometheus: url, window, ...health }, null, 2)}\n`)
  else printHealth(openTerminal(process.stdout, process.env), health, url, window, Date.now())
  if (isCritical(health)) process.exitCode = 1
}
