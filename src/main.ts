/** Starts the router from the environment, reloads team documents on SIGHUP, and stops within 10 s when asked to. */
import { ConfigError, readConfig } from './config.ts'
import { startRouter } from './router.ts'

try {
  const router = await startRouter({ config: readConfig(process.env), env: process.env })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    router.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => {
    // What was refused is in the log; the last good documents stay in force.
    router.reload().catch((error: unknown) => process.stderr.write(`${sentence(error)}\n`))
  })
} catch (error) {
  fail(error)
}

/** Errors of the operator's making are sentences; anything else comes with its stack. */
function fail(error: unknown): never {
  process.stderr.write(`alert-router cannot run. ${sentence(error)}\n`)
  process.exit(1)
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError || (error instanceof Error && error.name === 'NoDefaultTeamError'))
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
