/** Threads that weigh on the machine while the server goes on answering. */
import { Worker } from 'node:worker_threads'

/** Runs `code` with its `workerData`; the answer ends the thread. One that fails by itself is warned of, no more. */
export function startThread(code: string, workerData: unknown): () => void {
  const worker = new Worker(code, { eval: true, workerData })
  worker.on('error', (error) => process.emitWarning(error instanceof Error ? error : String(error)))
  return () => void worker.terminate()
}
