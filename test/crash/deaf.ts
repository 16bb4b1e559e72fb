/** A port that no connection can be made to and that refuses none: whoever sends there has started and sent nothing. */
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** Longer than a connection over loopback takes, shorter than the system's first repeat (1 s). */
const NOT_CONNECTED_MS = 300

/** More than any system queues for a backlog of 1. */
const MOST_QUEUED = 32

/** Listens with the shortest queue and then stands still, so that the system queues connections and nobody takes them. */
const listener = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

export interface DeafPort {
  readonly address: string
  close(): Promise<void>
}

export async function openDeafPort(): Promise<DeafPort> {
  const worker = new Worker(listener, { eval: true })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const queued: Socket[] = []
  const close = async () => {
    for (const socket of queued) socket.destroy()
    await worker.terminate()
  }
  do {
    if (queued.length >= MOST_QUEUED) {
      await close()
      throw new Error('the system queues any number of connections: no port can be made deaf here')
    }
    queued.push(connect(port, '127.0.0.1'))
  } while (await connects(queued.at(-1) as Socket))
  return { address: `127.0.0.1:${port}`, close }
}

function connects(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), NOT_CONNECTED_MS)
    socket.on('error', () => {})
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
