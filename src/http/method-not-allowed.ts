/** 405 for the methods that an address does not take, so that a wrong method is not mistaken for a wrong address. */
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Answers every method but those in `allow` with 405 and Allow, whoever asks; the body is not read. */
export function methodNotAllowed(app: FastifyInstance, path: string, allow: readonly (typeof methods)[number][]): void {
  const allowed = allow.join(', ')
  app.route({
    method: methods.filter((method) => !allow.includes(method)),
    url: path,
    config: { policy: 'open' },
    schema: { hide: true },
    onRequest: (request, reply, done) => {
      reply.header('allow', allowed)
      done(new ApiError('method_not_allowed', `${path} does not take ${request.method}; use ${allowed}.`))
    },
    // Fastify wants one; the hook has answered.
    handler: () => undefined,
  })
}
