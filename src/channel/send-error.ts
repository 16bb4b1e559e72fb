/** How a request that got no answer ended, and what is proved by that. */
import type { ClientRequest } from 'node:http'
import type { ReadySockets } from './sockets.ts'

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

/**
 * A request leaves as soon as its socket is ready. So a socket that never became ready (refused, unresolved, failed
 * handshake) is proof that nothing was sent; a ready one is proof of nothing, even when it is reset at once.
 */
export function sendErrorOf(
  error: NodeJS.ErrnoException,
  request: ClientRequest,
  ready: ReadySockets,
  signal: AbortSignal | undefined,
): SendError {
  if (error instanceof SendError) return error
  const maybeSent = request.socket !== null && ready.has(request.socket)
  const what = signal?.aborted === true ? stoppedBecause(signal.reason) : describe(error)
  const stage = maybeSent ? 'no answer after the request was sent' : 'not sent'
  return new SendError(maybeSent ? 'maybe-sent' : 'unsent', `${stage}: ${what}`, { cause: error })
}

/** Stopped before there was a request. */
export function neverSent(signal: AbortSignal): SendError {
  return new SendError('unsent', `not sent: ${stoppedBecause(signal.reason)}`, { cause: signal.reason })
}

/** The sender's own words, unless it left the reason to the platform, whose words say less. */
export function stoppedBecause(reason: unknown): string {
  if (!(reason instanceof Error) || reason.name === 'AbortError') return 'stopped'
  return reason.name === 'TimeoutError' ? 'timed out' : reason.message
}

/** An AggregateError (every address refused) has an empty message; its parts say what happened. */
export function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((part: Error) => part.message).join('; ')
  return error.message
}
