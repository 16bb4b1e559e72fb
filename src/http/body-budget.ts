/** Bounds the memory that large bodies take together: whoever comes beyond it is asked to come again. */
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.ts'

/** What a body counts whose sender does not tell its length; Alertmanager does. */
const UNKNOWN_BYTES = 1024 * 1024

/**
 * Bodies of this scope may have `together` bytes at once, from their headers until the answer; one that is alone may
 * always come. Beyond that the answer is 503, before the body is read.
 */
export function boundBodies(scope: FastifyInstance, together: number): void {
  let taken = 0
  scope.addHook('onRequest', (request, reply, done) => {
    const size = Number(request.headers['content-length'] ?? UNKNOWN_BYTES)
    if (taken > 0 && taken + size > together) {
      return done(new ApiError('unavailable', 'Too many large bodies at once; send this one again in a moment.'))
    }
    taken += size
    // Told once in every case: after the answer, and when the connection breaks off before it.
    reply.raw.once('close', () => {
      taken -= size
    })
    done()
  })
}
