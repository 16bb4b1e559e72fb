/** A cause in the router: whatever it writes to a file fails, as on a disk that is full. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Cause, TriggerError } from './cause.ts'
import { openGuard } from './guard.ts'
import { routerPid } from './stopped-router.ts'

const run = promisify(execFile)

/** In bytes. */
const LIMIT = '1'

/**
 * The limit on the size of files (RLIMIT_FSIZE) is lowered to one byte: writes fail with EFBIG, because Node ignores the
 * signal that comes with it. Only the soft limit: nobody but root could raise the hard one again.
 */
export const fullDisk: Cause = {
  key: 'router/full-disk',
  does: 'the router may not write to files any more (prlimit --fsize), and answers webhooks with 503',
  holds: [''],
  uses: [],
  traffic: 'any',
  deafens: true,
  begin: async ({ running, say }) => {
    const pid = routerPid(running)
    if (pid === null) throw new TriggerError('The router has to be a process of this machine for that: npm run stack.')
    const before = await softLimit(pid)
    // To come back to that later would be to leave it so.
    if (before === LIMIT) throw new TriggerError(`The router (process ${pid}) cannot write already: another trigger?`)
    const raise = await openGuard('prlimit --pid "$1" --fsize="$2":', String(pid), before)
    await lowerLimit(pid).catch(async (error: unknown) => {
      await raise()
      throw error
    })
    say(`The router (process ${pid}) cannot write until this program ends, however it ends.`)
    return async () => {
      if (!(await raise())) throw new TriggerError(`The router (process ${pid}) still cannot write: does it still run?`)
    }
  },
}

async function lowerLimit(pid: number): Promise<void> {
  try {
    await run('prlimit', ['--pid', String(pid), `--fsize=${LIMIT}:`])
  } catch (cause) {
    throw new TriggerError(
      `prlimit --pid ${pid} failed: it is of Linux (util-linux), and the router has to be yours.`,
      {
        cause,
      },
    )
  }
}

async function softLimit(pid: number): Promise<string> {
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8').catch((cause: unknown) => {
    throw new TriggerError(`The router (process ${pid}) is not there any more, or this is no Linux.`, { cause })
  })
  return /^Max file size\s+(\S+)/m.exec(limits)?.[1] ?? 'unlimited'
}
