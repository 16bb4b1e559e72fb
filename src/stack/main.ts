/** `npm run stack`: the whole system on this machine until Ctrl-C, and at the terminal what people get. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from '../terminal/command-line.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { MissingProgramsError } from './components.ts'
import { FolderError } from './folder.ts'
import { messageBoxes } from './message-boxes.ts'
import { openReceivers } from './receivers.ts'
import { leftRunning, NotRunningError, stackFile, writeRunning } from './running.ts'
import { help, readSettings, type Settings } from './settings.ts'
import { startStack } from './stack.ts'
import { showNext, showWhatRuns } from './welcome.ts'

const ended = new AbortController()
// Every time, not once: a second Ctrl-C must not cut the cleaning short.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ended.abort())
// Whoever read the output has gone (`| head`): there is nobody to show messages to.
process.stdout.on('error', () => ended.abort())
// Whatever happens to us, the programs must not go on by themselves.
let crash: unknown = null
process.on('uncaughtException', (error) => {
  crash ??= error
  ended.abort()
})

const terminal = openTerminal(process.stdout, process.env)
try {
  const settings = readSettings(process.argv.slice(2))
  if (settings === null) process.stdout.write(`${help}\n`)
  else await stack(settings)
  if (crash !== null) throw crash
} catch (error) {
  const forThePerson = [UsageError, MissingProgramsError, NotRunningError, FolderError].some(
    (kind) => error instanceof kind,
  )
  process.exitCode = forThePerson ? 2 : 1
  if (crash === null && ended.signal.aborted) process.exitCode = 130
  else process.stderr.write(`${forThePerson ? (error as Error).message : `The stack failed: ${error}`}\n`)
}

/** Whatever was started is ended, last first, however it ends. */
async function stack({ speed, ports, keep }: Settings): Promise<void> {
  const { env } = process
  const file = stackFile(env)
  const left = await leftRunning(file)
  if (left.length > 0) {
    throw new UsageError(
      `A stack is running already, says ${file}. End it with Ctrl-C where it was started; if that is gone: kill ${left.join(' ')}`,
    )
  }
  const endings: (() => Promise<unknown>)[] = []
  try {
    const folder = keep === null ? await mkdtemp(join(tmpdir(), 'alert-router-stack-')) : resolve(keep)
    if (keep === null) endings.push(() => rm(folder, { recursive: true, force: true }))
    const realSlack = env.SLACK_WEBHOOK_URL || null
    // Not shown: it is a secret.
    if (realSlack !== null && !/^https?:$/.test(URL.parse(realSlack)?.protocol ?? '')) {
      throw new UsageError('SLACK_WEBHOOK_URL is no http or https address.')
    }
    const receivers = await openReceivers(realSlack, messageBoxes(terminal, Date.now))
    endings.push(receivers.close)
    terminal.say('Starting …', 'gray')
    const say = (sentence: string) => terminal.say(sentence, 'yellow')
    const { running, stop } = await startStack({ folder, speed, ports, receivers, env, say, signal: ended.signal })
    endings.push(stop)
    await writeRunning(file, running)
    endings.push(() => rm(file, { force: true }))
    showWhatRuns(terminal, { running, folder, file, kept: keep !== null, realSlack: realSlack !== null })
    showNext(terminal)
    if (!ended.signal.aborted) await new Promise((done) => ended.signal.addEventListener('abort', done))
  } finally {
    if (endings.length > 0) terminal.say('Ending …', 'gray')
    for (const end of endings.toReversed()) await end()
    if (endings.length > 0) terminal.say(keep === null ? 'All is ended and deleted.' : `All is ended. Data: ${keep}`)
  }
}
