/** A real server on loopback that counts who comes and answers as the test says. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { AllowedDestination } from '../../src/channel/allow.ts'

interface SeenRequest {
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Peer {
  readonly url: string
  readonly port: number
  readonly allow: AllowedDestination[]
  readonly requests: SeenRequest[]
  /** Connections ever made, and those open now. */
  readonly connections: () => number
  readonly open: () => number
}

export type Answer = (response: ServerResponse, request: SeenRequest, socket: Socket) => void

/** Listens until the test is over. */
export async function startPeer(answer: Answer): Promise<Peer> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const seen = { path: request.url ?? '', method: request.method ?? '', headers: request.headers, body }
    requests.push(seen)
    answer(response, seen, request.socket)
  }
  const server = createServer({ keepAliveTimeout: 30_000 }, listener)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    allow: [{ host: '127.0.0.1', port }],
    requests,
    connections: () => connections,
    open: () => sockets.size,
  }
}

/** Answers every request alike. */
export function saying(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body)
}
