/** The receiver of all notifications, a process of its own: answers 200 at once and remembers what arrived when. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerCommands, machineMs } from './child.ts'
import { alertNumber } from './payload.ts'

/** `listen` answers with the port, `reset` forgets, `count` answers how many arrived since, `report` answers them. */
export type SinkCommand = { readonly do: 'listen' | 'reset' | 'count' | 'report' }

export interface Arrival {
  /** machineMs when the whole body was there. */
  readonly at: number
  /** Path and group labels: the same for every notification of one group, whoever sent it. */
  readonly group: string
  readonly status: string
  /** Numbers of the alerts in it, with what was said of each. */
  readonly alerts: readonly { readonly number: number; readonly status: string }[]
}

interface Body {
  readonly status: string
  readonly groupLabels: Record<string, string>
  readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[]
}

/** Bodies are read only when a report is asked for, after the measuring. */
let arrived: { at: number; path: string; body: Buffer }[] = []

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    arrived.push({ at: machineMs(), path: request.url ?? '', body: Buffer.concat(chunks) })
    response.end('ok')
  })
})
// A connection closed by us just as the next notification is sent would make a sender try twice.
server.keepAliveTimeout = 600_000

function report(): Arrival[] {
  return arrived.map(({ at, path, body }) => {
    const { status, groupLabels, alerts } = JSON.parse(body.toString()) as Body
    const numbered = alerts.flatMap((alert) => {
      const number = alertNumber(alert.labels.instance)
      return number === null ? [] : [{ number, status: alert.status }]
    })
    return {
      at,
      group: `${path} ${JSON.stringify(groupLabels, Object.keys(groupLabels).sort())}`,
      status,
      alerts: numbered,
    }
  })
}

answerCommands(async (command: SinkCommand) => {
  switch (command.do) {
    case 'listen':
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return (server.address() as AddressInfo).port
    case 'reset':
      arrived = []
      return null
    case 'count':
      return arrived.length
    case 'report':
      return report()
  }
})
