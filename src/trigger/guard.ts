/** Undoes by a shell that waits beside us, so that it is done as well when this program is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * `command` is a line for `sh`, with `args` as `$1` …; it is run when the answer is called, which resolves with whether it
 * went well, or when this process ends in any other way: then its end of a pipe closes. Rejects if there is no `sh`.
 */
export async function openGuard(command: string, ...args: readonly string[]): Promise<() => Promise<boolean>> {
  const guard = spawn('sh', ['-c', `read -r _; ${command}`, 'guard', ...args], {
    // Ctrl-C, and the end of the terminal, are not for it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = new Promise<number | null>((done) => guard.once('exit', done))
  await once(guard, 'spawn')
  return async () => {
    guard.stdin.end()
    return (await ended) === 0
  }
}
