/** How bodies are read: uncompressed JSON in UTF-8 only, with every key as data. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from '../errors.ts'

/** Fastify's own parser refuses a key `__proto__`; JSON.parse makes it an ordinary property, which is what a label is. */
export function parseJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string))
    } catch (cause) {
      done(new ApiError('invalid', `The body is not JSON: ${(cause as Error).message}.`, { cause }))
    }
  })
}

/** For a feature that parses for itself: its routes get the body as the text that came (`request.body: string`). */
export function keepBodiesAsText(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
}

const readable = /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i

/** Refuses what could only be misread, before a byte of it is read. */
export function checkBodyHeaders(request: FastifyRequest): void {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers
  if (type !== undefined && type !== 'application/json' && !readable.test(type)) {
    throw new ApiError('unsupported', 'Only application/json in UTF-8 is read; send Content-Type: application/json.')
  }
  if (encoding !== undefined && !/^identity$/i.test(encoding)) {
    throw new ApiError('unsupported', 'Compressed bodies are not read; send the body without Content-Encoding.')
  }
}
