/** The three loops of a running router: flush groups, deliver notifications, keep house; and when all of them rest. */
import { keepHouse } from './housekeeping.ts'
import { type Attempted, deliver, flush, type Pipeline } from './pipeline.ts'
import { startWorker } from './worker.ts'

export interface Workers {
  /** Something may be due or pending: look now. */
  wake(): void
  /** Resolves when nothing is due now and no attempt is under way. */
  idle(): Promise<void>
  /** Begins nothing new and waits for attempts under way, at most `withinMs`. */
  stop(withinMs: number): Promise<void>
}

/** `attempted` is told of every attempt once its outcome is written. */
export function startWorkers(p: Pipeline, attempted: (attempt: Attempted) => void): Workers {
  const { clock } = p
  const attempts = new Set<Promise<void>>()
  const track = (attempt: Promise<Attempted>) => {
    const done = attempt.then((result) => {
      attempts.delete(done)
      attempted(result)
      wake()
    })
    attempts.add(done)
  }
  const onError = (what: string) => (error: unknown) => p.onError(error, what)
  const deliverer = startWorker({ clock, run: () => deliver(p, track), onError: onError('delivering failed') })
  const flusher = startWorker({ clock, run: flushAndDeliver, onError: onError('flushing groups failed') })
  const keeper = startWorker({ clock, run: keepHouseAndWake, onError: onError('housekeeping failed') })

  async function flushAndDeliver(): Promise<number | null> {
    const next = await flush(p)
    deliverer.wake()
    return next
  }

  /** A re-route that was made up for may have left groups that are due. */
  async function keepHouseAndWake(): Promise<number> {
    const next = await keepHouse(p)
    wake()
    return next
  }

  function wake(): void {
    flusher.wake()
    deliverer.wake()
  }

  return {
    wake,
    idle: async () => {
      do {
        await Promise.all(attempts)
        await Promise.all([keeper.idle(), flusher.idle()])
        await deliverer.idle()
      } while (attempts.size > 0)
    },
    stop: async (withinMs) => {
      await Promise.all([flusher.stop(), deliverer.stop(), keeper.stop()])
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const cancel = clock.setTimer(withinMs, resolve)
      await Promise.race([Promise.all(attempts), late])
      cancel()
    },
  }
}
