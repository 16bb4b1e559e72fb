/** The guarded fetch that our own HTTP requests go through: it decides at the socket where a request may go. */
import * as http from 'node:http'
import * as https from 'node:https'
import { exchangeOf } from './exchange.ts'
import type { Guard } from './guard.ts'
import { plainAgent, type ReadySockets, tlsAgent } from './sockets.ts'

/** What a caller may ask for: the part of `fetch` that senders use. */
interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Never follows a redirect: the 3xx answer is returned. Rejects with SendError only. */
export type GuardedFetch = (url: string | URL, options?: RequestOptions) => Promise<Response>

/**
 * Idle connections are closed after this time, sooner than common servers do it (Node 5 s, nginx 75 s): a request on a
 * connection that the peer is just closing ends as "maybe sent", which costs a possible repeat.
 */
const IDLE_SOCKET_MS = 4_000

/** A fetch that reaches what the guard lets through, and nothing else. */
export function guardedFetch(guard: Guard): GuardedFetch {
  const ready: ReadySockets = new WeakSet()
  const kept = { keepAlive: true, timeout: IDLE_SOCKET_MS }
  const agents = { 'http:': plainAgent(kept, ready), 'https:': tlsAgent(kept, ready) }

  return async (address, options = {}) => {
    const { url, lookup } = guard(address)
    const isPlain = url.protocol === 'http:'
    const request = (isPlain ? http : https).request(url, {
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      agent: agents[isPlain ? 'http:' : 'https:'],
      lookup,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    const { response } = exchangeOf(request, ready, options.signal)
    request.end(options.body)
    return response
  }
}
