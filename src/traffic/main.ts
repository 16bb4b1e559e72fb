/** `npm run traffic`: realistic requests to both model servers until Ctrl-C. */
import { readRunning } from '../stack/read-running.ts'
import { NotRunningError } from '../stack/running.ts'
import { UsageError } from '../terminal/command-line.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { openProgress, progressEveryMs, progressLine, summaryLines } from './progress.ts'
import { help, readSettings, type Settings } from './settings.ts'
import { startTraffic } from './traffic.ts'

const terminal = openTerminal(process.stdout, process.env)
const ended = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ended.abort())
// Whoever read the output has gone (`| head`): there is nobody to tell.
process.stdout.on('error', () => ended.abort())

try {
  const settings = readSettings(process.argv.slice(2))
  if (settings === null) process.stdout.write(`${help}\n`)
  else await run(settings)
} catch (error) {
  if (!(error instanceof UsageError || error instanceof NotRunningError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

async function run({ rate, feedback, seconds }: Settings): Promise<void> {
  const { modelServer, mlApi } = readRunning(process.env).urls
  terminal.say(
    `${rate} requests a second to each of iris (${modelServer}) and churn (${mlApi}), the true label for ${Math.round(100 * feedback)} % of the answers. Ctrl-C ends it.`,
  )
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1_000
  const traffic = startTraffic({ modelServer, mlApi, rate, feedback })
  const progress = openProgress(process.stdout)
  const show = () => progress.show(progressLine(elapsed(), traffic))
  const showing = setInterval(show, progressEveryMs(process.stdout))
  const ending = seconds === null ? null : setTimeout(() => ended.abort(), seconds * 1_000)
  await new Promise<void>((done) => ended.signal.addEventListener('abort', () => done()))
  if (ending !== null) clearTimeout(ending)
  clearInterval(showing)
  show()
  progress.close()
  await traffic.stop()
  for (const line of summaryLines(elapsed(), traffic)) terminal.say(line)
}
