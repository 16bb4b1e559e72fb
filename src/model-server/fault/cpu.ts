/** The fault `cpu`: keeps processors busy beside the server, which goes on answering. */
import { availableParallelism } from 'node:os'
import type { Burden } from './board.ts'
import { startThread } from './thread.ts'

/** A machine has rarely more processors; one that does is left some. */
const MOST_THREADS = 16

/** What a thread does. Its own deadline ends it even if nobody takes the burden off. */
const spin = `
  const { workerData } = require('node:worker_threads')
  const end = performance.now() + 1000 * workerData
  while (performance.now() < end);`

/** One thread per processor that is to be busy, at least one. */
export const cpuBurden: Burden = (amount, seconds) => {
  const threads = Math.min(MOST_THREADS, Math.max(1, Math.round(amount * availableParallelism())))
  const stops = Array.from({ length: threads }, () => startThread(spin, seconds))
  return () => {
    for (const stop of stops) stop()
  }
}
