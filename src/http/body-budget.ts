/** Bounds the memory that large bodies take together: whoever comes beyond it is asked to come again. */
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.ts'

/**
 * Bodies of this scope may have `together` bytes at once, from their headers until the answer; one that is alone may
 * always come. A body of unknown length counts as `largest`. Beyond that the answer is 503, before the body is read.
 */
export function boundBodies(
  scope: FastifyInstance,
  { together, largest }: { together: number; largest: number },
): void {
  let taken = 0
  scope.addHook('onRequest', (request, reply, done) => {
    const announced = Number(request.headers['content-length'] ?? largest)
    const size = Math.min(announced, largest)
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
