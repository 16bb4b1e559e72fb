/** The loops of a running router: flush groups, deliver notifications, and whatever watches and tidies; and when all of them rest. */
import { type Attempted, deliver, flush, type Pipeline } from './pipeline.ts'
import { startWorker } from './worker.ts'

export interface Workers {
  /** Something may be due or pending: look now. */
  wake(): void
  /** New documents are in force: every watcher looks now. */
  look(): void
  /** Resolves when nothing is due now and no attempt is under way. */
  idle(): Promise<void>
  /** Begins nothing new and waits for attempts under way, at most `withinMs`. */
  stop(withinMs: number): Promise<void>
}

/** Something that is looked at from time to time. `run` returns when to look again (epoch ms), or null for never. */
export interface Watcher {
  /** For the log, when it fails: "<name> failed". */
  readonly name: string
  readonly run: () => Promise<number | null>
}

/** `attempted` is told of every attempt once its outcome is written. What a watcher did may be due or pending at once. */
export function startWorkers(
  p: Pipeline,
  watchers: readonly Watcher[],
  attempted: (attempt: Attempted) => void,
): Workers {
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
  const deliverer = startWorker({ clock, run: deliverAndFlush, onError: onError('delivering failed') })
  const flusher = startWorker({ clock, run: flushAndDeliver, onError: onError('flushing groups failed') })
  const watching = watchers.map(({ name, run }) =>
    startWorker({
      clock,
      run: async () => {
        const next = await run()
        wake()
        return next
      },
      onError: onError(`${name} failed`),
    }),
  )

  /** What is raised about a destination may be due before anything that the flusher knows of. */
  async function deliverAndFlush(): Promise<number | null> {
    const dueAt = p.store.groups.nextDueAt()
    const next = await deliver(p, track)
    const nowDueAt = p.store.groups.nextDueAt()
    if (nowDueAt !== null && (dueAt === null || nowDueAt < dueAt)) flusher.wake()
    return next
  }

  async function flushAndDeliver(): Promise<number | null> {
    const next = await flush(p)
    deliverer.wake()
    return next
  }

  function wake(): void {
    flusher.wake()
    deliverer.wake()
  }

  return {
    wake,
    look: () => {
      for (const watcher of watching) watcher.wake()
    },
    idle: async () => {
      do {
        await Promise.all(attempts)
        await Promise.all([...watching.map((watcher) => watcher.idle()), flusher.idle()])
        await deliverer.idle()
      } while (attempts.size > 0)
    },
    stop: async (withinMs) => {
      await Promise.all([flusher, deliverer, ...watching].map((worker) => worker.stop()))
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const cancel = clock.setTimer(withinMs, resolve)
      await Promise.race([Promise.all(attempts), late])
      cancel()
    },
  }
}
