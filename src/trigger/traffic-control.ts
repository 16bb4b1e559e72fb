/** Lets requests flow to the model servers, or holds them: somebody's traffic where there is some, else our own. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../stack/running.ts'
import { startTraffic, type Traffic } from '../traffic/traffic.ts'
import { type TrafficControl, TriggerError } from './cause.ts'
import { predictionsAnswered } from './predictions.ts'

export interface OpenTraffic extends TrafficControl {
  /** As it was found; own traffic ends. */
  restore(): Promise<void>
}

/** Long enough to see half a request a second. */
const LOOK_MS = 2_000

interface Options {
  readonly running: Running
  readonly say: (sentence: string) => void
  readonly signal: AbortSignal
  /** Traffic of the caller's own process. */
  readonly given: Pick<Traffic, 'pause' | 'resume'> | null
}

export function openTraffic({ running, say, signal, given }: Options): OpenTraffic {
  const { traffic: pid } = running.pids
  if (given !== null) return switched({ on: () => given.resume(), off: () => given.pause() })
  if (pid !== undefined && isAlive(pid)) {
    return switched({ on: () => signalTo(pid, 'SIGCONT'), off: () => signalTo(pid, 'SIGSTOP') })
  }
  return ownOrForeign({ running, say, signal })
}

/** Traffic that can be switched by us. Others may rely on it as well, so it is touched only if it was held here. */
function switched({ on, off }: { on: () => void; off: () => void }): OpenTraffic {
  let held = false
  const flow = async () => {
    if (held) on()
    held = false
  }
  return {
    flow,
    hold: async () => {
      off()
      held = true
    },
    restore: flow,
  }
}

function ownOrForeign({ running, say, signal }: Omit<Options, 'given'>): OpenTraffic {
  const { modelServer, mlApi } = running.urls
  let own: Traffic | null = null
  const flows = async () => {
    const before = await predictionsAnswered(running)
    await pause(LOOK_MS, undefined, { signal })
    return (await predictionsAnswered(running)) > before
  }
  return {
    flow: async () => {
      if (own !== null) return own.resume()
      if (await flows()) return
      say('No traffic: sending our own, 20 requests a second to each model server.')
      own = startTraffic({ modelServer, mlApi, feedback: 1 })
    },
    hold: async () => {
      if (own !== null) own.pause()
      let asked = false
      while (await flows()) {
        if (!asked) say('Somebody sends traffic that is not ours to stop: stop it now (Ctrl-C in npm run traffic).')
        asked = true
      }
    },
    restore: async () => {
      await own?.stop()
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function signalTo(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name)
  } catch (cause) {
    throw new TriggerError(`Process ${pid} (traffic) cannot be sent ${name}: is it still there, and yours?`, { cause })
  }
}
