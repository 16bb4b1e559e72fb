/** Waits for what comes of one HTTP request: the answer with its body, or a SendError. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { SendError, sendErrorOf } from './send-error.ts'
import type { ReadySockets } from './sockets.ts'

/** Enough for any answer worth reading; the rest is not read and the connection is closed. */
export const MAX_ANSWER_BYTES = 64 * 1024

/** One request under way. */
export interface Exchange {
  /** Resolves once the body is complete or cut; rejects with SendError only. */
  readonly response: Promise<Response>
  /** Ends it from outside: the body of an answer that has begun counts as broken off. */
  readonly fail: (error: Error) => void
}

/** Follows a request whose sockets `ready` knows; has to be called before it can be answered. */
export function exchangeOf(request: ClientRequest, ready: ReadySockets, signal: AbortSignal | undefined): Exchange {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  let fail = (error: Error) => reject(sendErrorOf(error, request, ready, signal))
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
  return { response: promise, fail: (error) => fail(error) }
}

/**
 * Resolves once the body is complete or cut. A body that breaks off (the function returned here is told) leaves a Response
 * whose body fails to read.
 */
function readAnswer(
  answer: IncomingMessage,
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

function responseOf(answer: IncomingMessage, body: Buffer, broken: Error | null): Response {
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
