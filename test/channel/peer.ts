/** A real server on loopback that counts who comes and answers as the test says. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { AllowedDestination } from '../../src/channel/allow.ts'
import { type GuardedFetch, guardedFetch } from '../../src/channel/connect.ts'
import { buildGuard } from '../../src/channel/guard.ts'
import type { Certificate } from '../../src/stand-in/stand-in.ts'

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

/** Listens until the test is over, over TLS when it is given a certificate. */
export async function startPeer(answer: Answer, certificate?: Certificate): Promise<Peer> {
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
  const options = { keepAliveTimeout: 30_000 }
  const server =
    certificate === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...certificate }, listener)
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
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
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

/** Reads the request, then breaks the connection. */
export const breaksOff: Answer = (_response, _request, socket) => breakOff(socket)

/** Begins an answer and breaks the connection in the middle of its body. */
export function halfSaying(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response, _request, socket) => {
    response.writeHead(status, { 'Content-Length': String(Buffer.byteLength(body) + 1), ...headers })
    response.write(body, () => breakOff(socket))
  }
}

function breakOff(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

/** The guarded fetch over a guard of its own. */
export function fetchThrough(guard: Parameters<typeof buildGuard>[0]): GuardedFetch {
  return guardedFetch(buildGuard(guard))
}
