/** The one shape in which every error leaves: what the client may know, and one log line with the rest. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { cutText } from '../alert/text.ts'
import { ApiError, type ErrorCode, type FieldProblem, statusOf } from '../errors.ts'

const codes = Object.keys(statusOf) as [ErrorCode, ...ErrorCode[]]

/** The body of every answer that is not a success. `request_id` is the one in our log. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.enum(codes),
      message: z.string().describe('What is wrong and what to do about it.'),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      request_id: z.string().optional(),
    }),
  })
  .meta({ id: 'Error' })

/** A URL may have 16 KiB; this much of it is repeated in logs and answers. */
const MOST_OF_URL = 512

/** Fastify's error handler: answers, and writes the line that stands for the failed request. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message, fields } = describe(error)
  const status = statusOf[code]
  const line = { request_id: request.id, method: request.method, url: cutText(request.url, MOST_OF_URL), status, code }
  if (status >= 500 && !isBrokenOff(error)) request.log.error({ ...line, err: error }, message)
  else request.log.warn(line, message)
  void reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(toBody(code, message, fields, request.id))
}

/** The body as an object, also for answers that Fastify does not see. */
export function toBody(
  code: ErrorCode,
  message: string,
  fields: readonly FieldProblem[] = [],
  requestId?: string,
): z.output<typeof errorBody> {
  const error = {
    code,
    message,
    ...(fields.length > 0 && { fields: [...fields] }),
    ...(requestId && { request_id: requestId }),
  }
  return { error }
}

interface Described {
  readonly code: ErrorCode
  readonly message: string
  readonly fields?: readonly FieldProblem[]
}

function describe(error: unknown): Described {
  if (error instanceof ApiError) return error
  const { code = '', statusCode = 500, validation, validationContext = 'request' } = error as Partial<FastifyError>
  if (validation !== undefined) {
    const fields = validation.map(({ instancePath, message = '' }) => ({
      // The body as a whole comes as `/`.
      path: validationContext + instancePath.replace(/\/$/, '').replaceAll('/', '.'),
      message,
    }))
    return { code: 'invalid', message: 'The request is not valid; see fields.', fields }
  }
  if (isBrokenOff(error)) return brokenOff
  // Other errors may carry a statusCode that they met elsewhere; only Fastify's own speak of this request.
  if (!code.startsWith('FST_')) return internal
  return fromFastify.get(code) ?? (statusCode < 500 ? { code: 'invalid', message: (error as Error).message } : internal)
}

/** The client, or something between us, closed the connection within the body: nobody reads the answer. */
function isBrokenOff(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNRESET'
}

const brokenOff: Described = {
  code: 'unavailable',
  message: 'The connection closed before the whole request had arrived; send it again.',
}

const internal: Described = {
  code: 'internal',
  message: 'Something went wrong on our side; the log has the details under this request_id.',
}

const fromFastify: ReadonlyMap<string, Described> = new Map([
  ['FST_ERR_MAX_PARAM_LENGTH', { code: 'not_found', message: 'A name in the path is too long to be one of ours.' }],
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'too_large', message: 'The body is larger than this address takes.' }],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    { code: 'unsupported', message: 'Only application/json is read; send Content-Type: application/json.' },
  ],
])
