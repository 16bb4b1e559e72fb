/** A cause in the router: its process stands still, as one that hangs would. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../stack/running.ts'
import { type Cause, type Scene, TriggerError, type Undo } from './cause.ts'
import { openGuard } from './guard.ts'

const ASK_EVERY_MS = 1_000

export const stoppedRouter: Cause = {
  key: 'router/stopped',
  does: 'the router is suspended (SIGSTOP): it keeps its connections and answers nothing',
  holds: [''],
  uses: [],
  traffic: 'any',
  deafens: true,
  begin: (scene) => {
    const pid = routerPid(scene.running)
    return pid === null ? byHand(scene) : suspend(pid, scene)
  },
}

/** Null when the router runs where we cannot reach its process. */
export function routerPid({ pids }: Running): number | null {
  return pids.router ?? null
}

async function suspend(pid: number, { say }: Scene): Promise<Undo> {
  const goOn = await openGuard('kill -CONT "$1"', String(pid))
  try {
    process.kill(pid, 'SIGSTOP')
  } catch (cause) {
    await goOn()
    throw new TriggerError(`The router (process ${pid}) cannot be suspended: does it run, and is it yours?`, { cause })
  }
  say(`The router (process ${pid}) stands still until this program ends, however it ends.`)
  return async () => {
    if (!(await goOn())) throw new TriggerError(`The router (process ${pid}) could not be resumed: does it still run?`)
  }
}

async function byHand({ running, say, signal }: Scene): Promise<Undo> {
  say('The router is not a process of this machine. Suspend it yourself: docker compose pause router')
  while (await answers(running.urls.router, signal)) await pause(ASK_EVERY_MS, undefined, { signal })
  return async () => {
    say('Let it go on: docker compose unpause router')
    while (!(await answers(running.urls.router))) await pause(ASK_EVERY_MS)
  }
}

async function answers(url: string, signal?: AbortSignal): Promise<boolean> {
  const timeout = AbortSignal.timeout(ASK_EVERY_MS)
  try {
    return (await fetch(`${url}/healthz`, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })).ok
  } catch {
    signal?.throwIfAborted()
    return false
  }
}
