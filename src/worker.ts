/** The generic loop behind workers.ts: run when woken or when the next thing is due, never twice at once. */
import type { CancelTimer, Clock } from './clock.ts'

/** Pause after a failed run. */
const AFTER_ERROR_MS = 1_000

/** Longest timer: Node cuts delays beyond 24.8 days to nothing. */
const LONGEST_WAIT_MS = 24 * 3_600_000

export interface Worker {
  /** Runs soon; calls during a run lead to one more. */
  wake(): void
  /** Resolves once no run is under way or about to begin. */
  idle(): Promise<void>
  /** Lets the present run end and begins no other. */
  stop(): Promise<void>
}

/**
 * `run` does what is due and returns when the next thing will be (epoch ms) or null. An error is handed to `onError`
 * and the loop goes on: what is due stays due.
 */
export function startWorker(options: {
  clock: Clock
  run: () => Promise<number | null>
  onError: (error: unknown) => void
}): Worker {
  const { clock, run, onError } = options
  let stopped = false
  let woken = false
  let running: Promise<void> | null = null
  let cancelTimer: CancelTimer = () => {}

  const loop = async () => {
    let failed = false
    let next: number | null = null
    while (woken && !stopped) {
      woken = false
      try {
        next = await run()
        failed = false
      } catch (error) {
        failed = true
        onError(error)
      }
    }
    running = null
    if (stopped) return
    cancelTimer()
    if (failed) cancelTimer = clock.setTimer(AFTER_ERROR_MS, wake)
    else if (next !== null) {
      cancelTimer = clock.setTimer(Math.min(Math.max(next - clock.now(), 0), LONGEST_WAIT_MS), wake)
    }
  }

  const wake = () => {
    woken = true
    if (stopped) return
    running ??= loop()
  }

  wake()
  return {
    wake,
    idle: async () => {
      while (running !== null) await running
    },
    stop: async () => {
      stopped = true
      cancelTimer()
      await running
    },
  }
}
