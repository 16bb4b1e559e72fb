/** Lets requests flow to the model servers, or holds them: somebody's traffic where there is some, else our own. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../stack/running.ts'
import { startTraffic, type Traffic } from '../traffic/traffic.ts'
import type { TrafficControl } from './cause.ts'
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
  return given === null ? ownOrForeign({ running, say, signal }) : switched(given)
}

/** Several fires may share it, so each resumes only what it paused itself. */
function switched(given: NonNullable<Options['given']>): OpenTraffic {
  let held = false
  const flow = async () => {
    if (held) given.resume()
    held = false
  }
  return {
    flow,
    hold: async () => {
      given.pause()
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
