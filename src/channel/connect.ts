/** The guarded fetch that every outgoing request goes through: it decides at the socket where a request may go. */
import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { isInsideAddress } from './address.ts'
import { type AllowedDestination, isAllowedDestination, portOf } from './allow.ts'

/** What a caller may ask for: the part of `fetch` that senders use. */
interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Never follows a redirect: the 3xx answer is returned. Rejects with SendError only. */
export type GuardedFetch = (url: string | URL, options?: RequestOptions) => Promise<Response>

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** Where a request failed. `guard`: refused by us. `unsent`: no byte of it left. `maybe-sent`: the peer may have all of it. */
export type FailedAt = 'guard' | 'unsent' | 'maybe-sent'

/** A request without an answer. The message holds no URL, as URLs hold secrets. */
export class SendError extends Error {
  readonly failedAt: FailedAt

  constructor(failedAt: FailedAt, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SendError'
    this.failedAt = failedAt
  }
}

/** Enough for any answer worth reading; the rest is not read and the connection is closed. */
export const MAX_ANSWER_BYTES = 64 * 1024

/** Other ports of public hosts are refused: a webhook URL must not become a way to talk to mail servers and databases. */
const PUBLIC_PORTS: readonly number[] = [443, 8443]

/**
 * Idle connections are closed after this time, sooner than common servers do it (Node 5 s, nginx 75 s): a request on a
 * connection that the peer is just closing ends as "maybe sent", which costs a possible repeat.
 */
const IDLE_SOCKET_MS = 4_000

/** With several addresses Node tries the next after 250 ms by default; a distant peer may take longer to accept. */
const NEXT_ADDRESS_AFTER_MS = 1_000

/**
 * A fetch that reaches public addresses over verified TLS only, and besides exactly what `allow` names (there http and
 * inside addresses are fine). Host literals are checked in the form the URL parser gives them; names are resolved once
 * per connection, every address is checked, and the connection goes to a checked address. `resolve` is for tests.
 */
export function guardedFetch(deps: { allow: readonly AllowedDestination[]; resolve?: Resolve }): GuardedFetch {
  const resolve = deps.resolve ?? ((hostname) => dns.lookup(hostname, { all: true }))
  const openLookup = lookupWith(resolve, () => false)
  const guardedLookup = lookupWith(resolve, isInsideAddress)
  const ready = new WeakSet<Duplex>()
  const agents = { 'http:': plainAgent(ready), 'https:': tlsAgent(ready) }

  return async (address, options = {}) => {
    const url = parseUrl(address)
    const allowed = isAllowedDestination(url, deps.allow)
    if (!allowed) refuseUnlessPublic(url)
    return exchange(url, options, {
      agent: agents[url.protocol === 'http:' ? 'http:' : 'https:'],
      lookup: allowed ? openLookup : guardedLookup,
      ready,
    })
  }
}

function parseUrl(address: string | URL): URL {
  const url = URL.parse(String(address))
  if (url === null) throw new SendError('guard', 'not a URL: write https://host/path')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SendError('guard', `scheme ${url.protocol} refused: only https is sent to`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new SendError('guard', 'a user or password in a URL is refused: take it out')
  }
  return url
}

function refuseUnlessPublic(url: URL): void {
  const port = portOf(url)
  const wayOut = `the operator can permit it by ALLOW_DESTINATIONS=${url.hostname}:${port}`
  if (url.protocol !== 'https:') throw new SendError('guard', `plain http refused: use https, or ${wayOut}`)
  if (!PUBLIC_PORTS.includes(port)) throw new SendError('guard', `port ${port} refused: ${wayOut}`)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && isInsideAddress(literal)) {
    throw new SendError('guard', `${url.hostname} is not a public address: ${wayOut}`)
  }
}

/** Node connects to what the lookup hands over and asks no second time, so a name cannot change its mind in between. */
function lookupWith(resolve: Resolve, refused: (address: string) => boolean): LookupFunction {
  return (hostname, options: LookupOptions, done) => {
    resolve(hostname).then(
      (addresses) => {
        const bad = addresses.find((entry) => refused(entry.address))
        const [first] = addresses
        if (bad !== undefined) done(insideName(hostname), '', 0)
        else if (first === undefined) done(new Error(`${hostname} has no address`), '', 0)
        else if (options.all === true) done(null, [...addresses])
        else done(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    )
  }
}

function insideName(hostname: string): SendError {
  return new SendError(
    'guard',
    `${hostname} resolves to an address that is not public: the operator can permit it by ALLOW_DESTINATIONS=${hostname}:<port>`,
  )
}

interface Connection {
  readonly agent: http.Agent
  readonly lookup: LookupFunction
  readonly ready: WeakSet<Duplex>
}

function exchange(url: URL, options: RequestOptions, connection: Connection): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      agent: connection.agent,
      lookup: connection.lookup,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    let fail = (error: Error) => reject(sendErrorOf(error, request, connection.ready, options.signal))
    request.on('error', (error) => fail(error))
    // Without a listener a 101 ends in silence: neither an answer nor an error, and no stop would be heard of any more.
    request.on('upgrade', (_answer, socket) => {
      socket.destroy()
      fail(new Error('the peer switched to another protocol (status 101)'))
    })
    request.on('response', (answer) => {
      // From here on the status is known; Node reports a body that breaks off, or a stop, on the request.
      fail = readAnswer(answer, resolve, reject)
    })
    request.end(options.body)
  })
}

/**
 * A request leaves as soon as its socket is ready. So a socket that never became ready (refused, unresolved, failed
 * handshake) is proof that nothing was sent; a ready one is proof of nothing, even when it is reset at once.
 */
function sendErrorOf(
  error: NodeJS.ErrnoException,
  request: http.ClientRequest,
  ready: WeakSet<Duplex>,
  signal: AbortSignal | undefined,
): SendError {
  if (error instanceof SendError) return error
  const maybeSent = request.socket !== null && ready.has(request.socket)
  const what = signal?.aborted === true ? stoppedBecause(signal.reason) : describe(error)
  const stage = maybeSent ? 'no answer after the request was sent' : 'not sent'
  return new SendError(maybeSent ? 'maybe-sent' : 'unsent', `${stage}: ${what}`, { cause: error })
}

/** The sender's own words, unless it left the reason to the platform, whose words say less. */
function stoppedBecause(reason: unknown): string {
  if (!(reason instanceof Error) || reason.name === 'AbortError') return 'stopped'
  return reason.name === 'TimeoutError' ? 'timed out' : reason.message
}

/** An AggregateError (every address refused) has an empty message; its parts say what happened. */
function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((part: Error) => part.message).join('; ')
  return error.message
}

/**
 * Resolves once the body is complete or cut. A body that breaks off (the function returned here is told) leaves a Response
 * whose body fails to read.
 */
function readAnswer(
  answer: http.IncomingMessage,
  resolve: (response: Response) => void,
  reject: (error: SendError) => void,
): (error: Error) => void {
  const chunks: Buffer[] = []
  let room = MAX_ANSWER_BYTES
  const settle = (broken: Error | null) => {
    try {
      resolve(responseOf(answer, Buffer.concat(chunks), broken))
    } catch (cause) {
      reject(new SendError('maybe-sent', `answer with status ${answer.statusCode} is not valid HTTP`, { cause }))
    }
  }
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, room))
    room -= chunk.length
    if (room >= 0) return
    settle(null)
    answer.destroy()
  })
  answer.on('end', () => settle(null))
  answer.on('error', settle)
  return settle
}

function responseOf(answer: http.IncomingMessage, body: Buffer, broken: Error | null): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = answer.statusCode ?? 0
  // A server that sends a body all the same has still answered: a 204 is a yes, whatever follows it.
  if (status === 204 || status === 205 || status === 304) return new Response(null, { status, headers })
  if (broken !== null) return new Response(brokenBody(broken), { status, headers })
  return new Response(new Uint8Array(body), { status, headers })
}

function brokenBody(error: Error): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.error(error) })
}

const AGENT_OPTIONS = {
  keepAlive: true,
  timeout: IDLE_SOCKET_MS,
  autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
}

function plainAgent(ready: WeakSet<Duplex>): http.Agent {
  const agent = new http.Agent(AGENT_OPTIONS)
  return watchSockets(agent, 'connect', ready)
}

function tlsAgent(ready: WeakSet<Duplex>): https.Agent {
  const agent = new https.Agent({ ...AGENT_OPTIONS, rejectUnauthorized: true, minVersion: 'TLSv1.2' })
  return watchSockets(agent, 'secureConnect', ready)
}

/** Remembers which of the agent's sockets can carry a request already. */
function watchSockets<A extends http.Agent>(agent: A, event: string, ready: WeakSet<Duplex>): A {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, done) => {
    const socket = create(options, done)
    socket?.once(event, () => ready.add(socket))
    return socket
  }
  return agent
}
