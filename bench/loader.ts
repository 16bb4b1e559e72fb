/** The loader, a process of its own: as fast as the answers come (`load`), or at a steady rate (`pace`). */
import { answerCommands, machineMs } from './child.ts'
import { Connection } from './connection.ts'
import { type Percentiles, percentiles } from './figures.ts'
import { type Batch, buildRequests } from './payload.ts'
import { cpuMs } from './usage.ts'

/** Sends the batch once, or round and round if `cycle`, until it or the time is used up. */
export interface LoadCommand extends Batch {
  readonly do: 'load'
  readonly connections: number
  readonly seconds: number
  readonly cycle: boolean
  /** The server's process, to learn its CPU time. */
  readonly pid: number
}

export interface Loaded {
  readonly alertsPerSecond: number
  /** Alerts sent from the start of the batch, answered or not. */
  readonly sent: number
  /** Requests without a 2xx answer. */
  readonly refused: number
  /** ms */
  readonly answer: Percentiles
  /** µs of the server's CPU per alert. */
  readonly cpuPerAlert: number
  /** The loader's own use of one core, 0 to 1. */
  readonly loaderCpu: number
  /** machineMs */
  readonly from: number
  readonly to: number
}

/** Sends request after request at its time, whatever the answers do. */
export interface PaceCommand extends Batch {
  readonly do: 'pace'
  readonly connections: number
  readonly requestsPerSecond: number
}

export interface Paced {
  /** machineMs at which each request was due and handed to a socket, or to the queue for one. */
  readonly sentAt: number[]
  /** Status of each request's answer. */
  readonly status: number[]
}

async function load(command: LoadCommand): Promise<Loaded> {
  const requests = buildRequests(command)
  const connections = await openConnections(command)
  const took: number[] = []
  let next = 0
  let refused = 0
  const cpuBefore = cpuMs(command.pid)
  const ownBefore = process.cpuUsage()
  const from = machineMs()
  const began = performance.now()
  const deadline = began + command.seconds * 1000
  const sendAll = (connection: Connection, done: () => void): void => {
    const sentAt = performance.now()
    const more = command.cycle || next < requests.length
    if (!more || sentAt >= deadline || connection.lost) {
      done()
      return
    }
    connection.send(requests[next++ % requests.length] as Buffer, (status) => {
      took.push(performance.now() - sentAt)
      if (status < 200 || status > 299) refused++
      sendAll(connection, done)
    })
  }
  await Promise.all(connections.map((one) => new Promise<void>((resolve) => sendAll(one, resolve))))
  const seconds = (performance.now() - began) / 1000
  const own = process.cpuUsage(ownBefore)
  const alerts = (took.length - refused) * command.perRequest
  for (const connection of connections) connection.close()
  return {
    alertsPerSecond: alerts / seconds,
    sent: Math.min(next * command.perRequest, command.count),
    refused,
    answer: percentiles(took),
    cpuPerAlert: ((cpuMs(command.pid) - cpuBefore) * 1000) / alerts,
    loaderCpu: (own.user + own.system) / 1e6 / seconds,
    from,
    to: machineMs(),
  }
}

async function pace(command: PaceCommand): Promise<Paced> {
  const requests = buildRequests(command)
  const free = await openConnections(command)
  const all = [...free]
  const sentAt: number[] = []
  const status: number[] = []
  const waiting: number[] = []
  const began = machineMs()
  let due = 0
  let answered = 0
  await new Promise<void>((resolve) => {
    const send = (request: number, connection: Connection): void =>
      connection.send(requests[request] as Buffer, (code) => {
        status[request] = code
        const next = waiting.shift()
        if (next === undefined) free.push(connection)
        else send(next, connection)
        if (++answered === requests.length) resolve()
      })
    const tick = setInterval(() => {
      const elapsed = machineMs() - began
      while (due < requests.length && elapsed >= (due * 1000) / command.requestsPerSecond) {
        sentAt[due] = machineMs()
        const connection = free.pop()
        if (connection === undefined) waiting.push(due)
        else send(due, connection)
        due++
      }
      if (due === requests.length) clearInterval(tick)
    }, 1)
  })
  for (const connection of all) connection.close()
  return { sentAt, status }
}

function openConnections(command: { port: number; connections: number }): Promise<Connection[]> {
  return Promise.all(Array.from({ length: command.connections }, () => Connection.open(command.port)))
}

answerCommands((command: LoadCommand | PaceCommand) => (command.do === 'load' ? load(command) : pace(command)))
