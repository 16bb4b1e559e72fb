/** For a library that makes requests of its own: it gets one, through the guard, and the answer is read off the wire. */
import type { ClientRequest } from 'node:http'
import { Agent, type AgentOptions } from 'node:https'
import { type Exchange, exchangeOf } from './exchange.ts'
import type { Admitted } from './guard.ts'
import { neverSent } from './send-error.ts'
import { type ReadySockets, TLS_OPTIONS, watchSockets } from './sockets.ts'

declare module 'node:http' {
  interface Agent {
    /** What makes an object an agent to `http.request` (it throws ERR_INVALID_ARG_TYPE without). */
    addRequest(request: ClientRequest, options: object): void
  }
}

/**
 * Calls `send` with an agent that takes one https request to the admitted host, and resolves with the answer to that one,
 * whatever the library makes of it; what the library repeats on its own account ends before it leaves. Waits no longer
 * than `signal`. Rejects with SendError, or with what the library threw before it asked for anything.
 */
export async function answerThroughLibrary(
  { lookup }: Admitted,
  signal: AbortSignal,
  send: (agent: Agent) => Promise<unknown>,
): Promise<Response> {
  if (signal.aborted) throw neverSent(signal)
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const ready: ReadySockets = new WeakSet()
  let exchange: Exchange | null = null
  const agent = new OneRequestAgent({ ...TLS_OPTIONS, keepAlive: false, lookup }, (request) => {
    // What of the first answer has not come by now does not come any more: the library no longer reads it.
    exchange?.fail(onlyOne)
    if (exchange !== null) throw onlyOne
    exchange = exchangeOf(request, ready, signal)
    exchange.response.then(resolve, reject)
  })
  const stop = () => (exchange === null ? reject(neverSent(signal)) : exchange.fail(signal.reason))
  signal.addEventListener('abort', stop, { once: true })
  const asked = (error: Error) => exchange === null && reject(error)
  send(watchSockets(agent, 'secureConnect', ready)).then(() => asked(new Error('the library asked for nothing')), asked)
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    agent.destroy()
  })
}

const onlyOne = new Error('the library makes a second request')

/** Throws in `http.request` what the listener throws, before a socket is opened. */
class OneRequestAgent extends Agent {
  readonly #onRequest: (request: ClientRequest) => void

  constructor(options: AgentOptions, onRequest: (request: ClientRequest) => void) {
    super(options)
    this.#onRequest = onRequest
  }

  override addRequest(request: ClientRequest, options: object): void {
    this.#onRequest(request)
    super.addRequest(request, options)
  }
}
