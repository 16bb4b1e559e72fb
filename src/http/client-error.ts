/** Answers what is not even a request: broken HTTP, and requests that took too long to arrive. */
import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '../errors.ts'
import { toBody } from './errors.ts'

/** Long enough for the answer to be read before the connection is cut. */
const LINGER_MS = 1_000

/** Fastify's `clientErrorHandler`. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const [status, code, message] = answers.get(error.code ?? '') ?? broken
  const body = JSON.stringify(toBody(code, message))
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  // `end` closes our side only: whoever goes on sending, byte by byte, would keep the connection for ever.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

type Answer = readonly [status: number, code: ErrorCode, message: string]

const broken: Answer = [400, 'invalid', 'This is not a valid HTTP/1.1 request.']

const answers: ReadonlyMap<string, Answer> = new Map([
  // Alertmanager gives up on 408 and retries 503, and it may be us who were too slow to read.
  ['ERR_HTTP_REQUEST_TIMEOUT', [503, 'unavailable', 'The request took too long to arrive; send it again.']],
  ['HPE_HEADER_OVERFLOW', [431, 'too_large', 'The headers are larger than 16 KiB.']],
])
