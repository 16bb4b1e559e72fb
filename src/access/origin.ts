/** Keeps strangers from using what runs on this machine to reach us: browsers (CSRF, DNS rebinding) and proxies. */
import type { FastifyRequest } from 'fastify'
import { RefusedError } from './refused.ts'

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What proxies add: whoever asked them may be anywhere, though their connection comes from this machine. */
const fromProxies = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']

/**
 * For requests without a token. They must not have come through a proxy. The Host must be a name of this machine with
 * the port of the connection, so that a name an attacker points at 127.0.0.1 is refused. Requests that change something
 * must also come from our own pages and be JSON, which a browser does not send across origins without asking first.
 */
export function checkTokenless(request: FastifyRequest): void {
  const { host = '' } = request.headers
  if (fromProxies.some((name) => request.headers[name] !== undefined)) {
    throw new RefusedError(
      'origin',
      'forbidden',
      'Without a token nothing is answered through a proxy; set the tokens.',
    )
  }
  if (!isOwnHost(host, request.socket.localPort)) {
    const shown = JSON.stringify(host.slice(0, 100))
    throw new RefusedError(
      'origin',
      'forbidden',
      `Without a token only requests to localhost are answered, not to ${shown}; set the tokens or use localhost.`,
    )
  }
  checkSameOrigin(request, null)
  if (!reading.has(request.method) && request.method !== 'DELETE' && !isJson(request.headers['content-type'])) {
    throw new RefusedError(
      'origin',
      'unsupported',
      'Without a token only application/json is taken; send Content-Type: application/json.',
    )
  }
}

/** Refuses requests that change something on behalf of a page of another origin. `publicUrl`: how a proxy shows us. */
export function checkSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const { origin, host } = request.headers
  if (origin === undefined || reading.has(request.method)) return
  const from = URL.parse(origin)
  if (from !== null && from.host === (URL.parse(`${from.protocol}//${host}`)?.host ?? '')) return
  if (from !== null && publicUrl !== null && from.origin === new URL(publicUrl).origin) return
  throw new RefusedError(
    'origin',
    'forbidden',
    'This request comes from a page of another site; only our own pages may change something.',
  )
}

function isOwnHost(host: string, port: number | undefined): boolean {
  const match = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i.exec(host)
  if (match === null) return false
  // A unix socket has no port to compare with.
  return port === undefined || Number(match[1] ?? 80) === port
}

/** Media type application/json; whether its charset can be read is the parser's question. */
function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '')
}
