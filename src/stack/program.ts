/** One program as a child process: started until it answers, watched, stopped, and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Most need a second; a busy machine needs patience. */
const usualReadyWithinMs = 30_000
/** The router takes up to 10 s to finish what is under way. */
const stopWithinMs = 12_000
const askEveryMs = 50

export interface ProgramSettings {
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
  /** The whole environment: nothing of this process's own is handed on. */
  readonly env: Readonly<Record<string, string>>
  /** What it prints is added to this file. */
  readonly log: string
  /** It is ready once this URL is answered with 200. */
  readonly readyUrl: string
  readonly readyWithinMs?: number
  /** Called when it ends without having been stopped: by which signal or with which status, and what it said last. */
  readonly onDeath?: (how: string, lastWords: string) => void
}

export interface Program {
  readonly name: string
  /** Null while it does not run. */
  readonly pid: number | null
  /** Starts it if it does not run; resolves when it is ready. Throws with what it said if it does not come up, or when `signal` aborts. */
  start(signal?: AbortSignal): Promise<void>
  /** Asks it to end, and insists after 12 s. Resolves when it is gone, at once if it does not run. */
  stop(): Promise<void>
}

export function program(settings: ProgramSettings): Program {
  const { name, log } = settings
  let child: ChildProcess | null = null
  let stopping = false

  const stop = async () => {
    stopping = true
    if (child !== null) await end(child)
  }
  return {
    name,
    get pid() {
      return child?.pid ?? null
    },
    stop,
    start: async (signal) => {
      if (child !== null) return
      signal?.throwIfAborted()
      stopping = false
      let isReady = false
      let failure = ''
      const began = spawnInto(settings)
      child = began
      began.once('exit', (status, by) => {
        const how = by ?? `status ${status}`
        failure = lastWords(log) || `it ended (${how}) and said nothing`
        child = null
        if (isReady && !stopping) settings.onDeath?.(how, failure)
      })
      began.once('error', ({ message }) => {
        failure = message
        child = null
      })
      isReady = await becomesReady(settings, () => child === began && !stopping, signal)
      if (isReady) return
      const silence = `no answer from ${settings.readyUrl}`
      const complaint = failure || lastWords(log) || silence
      await stop()
      signal?.throwIfAborted()
      throw new Error(`${name} did not start: ${complaint}`)
    },
  }
}

/** In a process group of its own: Ctrl-C is for us, who then end one after the other. */
function spawnInto({ binary, args, env, log }: ProgramSettings): ChildProcess {
  const output = openSync(log, 'a', 0o600)
  try {
    return spawn(binary, args, { stdio: ['ignore', output, output], env, detached: true })
  } finally {
    closeSync(output)
  }
}

async function becomesReady(
  { readyUrl, readyWithinMs = usualReadyWithinMs }: ProgramSettings,
  isAlive: () => boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline && isAlive() && signal?.aborted !== true) {
    const isReady = await fetch(readyUrl, { signal: AbortSignal.timeout(readyWithinMs) }).then(
      (response) => response.ok,
      () => false,
    )
    if (isReady) return isAlive()
    await pause(askEveryMs)
  }
  return false
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  // One that was suspended (SIGSTOP) hears SIGTERM only when it goes on.
  child.kill('SIGCONT')
  const giveUp = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await ended
  clearTimeout(giveUp)
}

/** The last lines of its log, at most 600 characters of them. */
function lastWords(log: string): string {
  const text = readFileSync(log, 'utf8').trimEnd().slice(-600)
  return text.split('\n').slice(-4).join('\n').trim()
}
