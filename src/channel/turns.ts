/** A line to stand in: so many at once, the others wait for as long as they like. */

/** Runs `work` when its turn comes, in order of asking; rejects with the signal's reason if that is aborted before. */
export type InTurn = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>

/** At most `most` pieces of work at once. */
export function turns(most: number): InTurn {
  const waiting = new Set<() => void>()
  let free = most

  const take = async (signal: AbortSignal) => {
    signal.throwIfAborted()
    if (free > 0) {
      free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = () => {
      waiting.delete(resolve)
      reject(signal.reason)
    }
    waiting.add(resolve)
    signal.addEventListener('abort', leave, { once: true })
    await promise.finally(() => signal.removeEventListener('abort', leave))
  }
  const give = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else {
      waiting.delete(next)
      next()
    }
  }
  return async (signal, work) => {
    await take(signal)
    try {
      return await work()
    } finally {
      give()
    }
  }
}
