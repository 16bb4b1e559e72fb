/** A small HTTP server on loopback that plays somebody else's service and hands over each request it was sent. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** One request, read to its end. Header names are lower case. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Respond = (received: Received, response: ServerResponse) => void

export interface StandIn {
  /** `http://127.0.0.1:PORT` (`https://` with a certificate), without trailing slash. */
  readonly url: string
  /** `127.0.0.1:PORT`, as ALLOW_DESTINATIONS wants it. */
  readonly address: string
  /** Closes the port and every connection; a second call does nothing. */
  close(): Promise<void>
}

/** PEM texts of a key and its certificate. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/**
 * Listens on a free port of 127.0.0.1, or on `port`; over TLS with a certificate. `respond` is called once the whole body
 * was read.
 */
export async function startStandIn(respond: Respond, port = 0, certificate?: Certificate): Promise<StandIn> {
  const listener: RequestListener = (request, response) => {
    readRequest(request).then(
      (received) => respond(received, response),
      () => response.destroy(),
    )
  }
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${address}`,
    address,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

export function answer(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers })
  response.end(body)
}
