/** A cause in the router: whatever it writes to a file fails, as on a disk that is full. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Cause, TriggerError } from './cause.ts'
import { routerPid } from './stopped-router.ts'

const run = promisify(execFile)

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
    await setLimit(pid, '1')
    say(
      `The router (process ${pid}) cannot write. Should this program be killed: prlimit --pid ${pid} --fsize=${before}:`,
    )
    return () => setLimit(pid, before)
  },
}

async function setLimit(pid: number, soft: string): Promise<void> {
  try {
    await run('prlimit', ['--pid', String(pid), `--fsize=${soft}:`])
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
