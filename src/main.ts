/** Starts the router from the environment, reloads team documents on SIGHUP, and stops within 10 s when asked to. */
import { readConfig } from './config.ts'
import { type Router, startRouter } from './router.ts'

let router: Router | null = null
let askedDuringStart = false
// Before the start, which may take seconds: the default of SIGHUP is to end the process.
process.on('SIGHUP', () => {
  // What was refused is in the log; the last good documents stay in force.
  if (router === null) askedDuringStart = true
  else router.reload().catch(() => {})
})

try {
  const started = await startRouter({ config: readConfig(process.env), env: process.env })
  router = started
  if (askedDuringStart) started.reload().catch(() => {})
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    started.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  fail(error)
}

/** Errors of the operator's making are sentences; anything else comes with its stack. */
function fail(error: unknown): never {
  process.stderr.write(`alert-router cannot run. ${sentence(error)}\n`)
  process.exit(1)
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const forTheOperator = [
    'AddressUnusableError',
    'ConfigError',
    'DatabaseUnusableError',
    'NoDefaultTeamError',
    'TeamsFolderError',
  ]
  return forTheOperator.includes(error.name) ? error.message : (error.stack ?? error.message)
}
