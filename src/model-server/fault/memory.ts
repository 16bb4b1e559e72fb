/** The fault `memory`: fills memory up to a share of the limit, in a thread whose end gives all of it back at once. */
import { InputError } from '../input-error.ts'
import type { Burden } from './board.ts'
import { startThread } from './thread.ts'

const GIB = 1024 ** 3
const MOST_BYTES = GIB

/**
 * One block is set aside, and page after page of it is written on until the process is as large as it should be, also
 * when the server frees something. Many small blocks would stay with the allocator after the thread has ended.
 */
const fill = `
  const { workerData: { target, most, seconds } } = require('node:worker_threads')
  const STEP = 1024 * 1024
  const block = new Uint8Array(most)
  let written = 0
  const grow = () => {
    for (; process.memoryUsage.rss() < target && written < most; written += STEP) block.fill(1, written, written + STEP)
  }
  grow()
  setInterval(grow, 500)
  setTimeout(() => process.exit(), 1000 * seconds)`

/** `limit` in bytes is what `amount` is a share of. */
export function memoryBurden(limit: number): Burden {
  return (amount, seconds) => {
    const target = amount * limit
    if (target - process.memoryUsage.rss() > MOST_BYTES) {
      throw new InputError(
        'out_of_range',
        `${amount} of the limit (${gib(limit)} GiB) needs more than the ${gib(MOST_BYTES)} GiB that is taken at most; start with a lower MEMORY_LIMIT, such as 256MiB.`,
      )
    }
    return startThread(fill, { target, most: MOST_BYTES, seconds })
  }
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1)
}
