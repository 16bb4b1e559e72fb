/** How errors leave: `{"error": "…"}` with what is wrong, and the `type` of the mistake where the client made one. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { mistakeOf } from './input-error.ts'

/** Fastify's error handler. Errors that carry a status are meant for the client; others only for the log, with their stack. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const url = request.routeOptions.url
  if (!(error instanceof Error && 'statusCode' in error)) {
    request.log.error({ url, err: error }, 'request failed')
    reply.code(500).send({ error: 'Something went wrong on our side; the log has the details.' })
    return
  }
  const type = mistakeOf(error)
  if (type === null) request.log.error({ url }, error.message)
  reply.code(Number(error.statusCode)).send({ error: error.message, ...(type !== null && { type }) })
}

export function answerUnknown(_request: FastifyRequest, reply: FastifyReply): void {
  reply.code(404).send({ error: 'There is nothing at this address.' })
}
