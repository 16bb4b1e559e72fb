/** Who may call what: every route says so itself, and a request is judged before a byte of its body is read. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cutText } from '../alert/text.ts'
import { ApiError } from '../errors.ts'
import { type Credentials, parseAuthorization } from './credentials.ts'
import { isLoopback } from './loopback.ts'
import { checkSameOrigin, checkTokenless } from './origin.ts'
import { type Caller, DEFAULT_SOURCE, type Tokens, type Verb } from './tokens.ts'

/** What a route asks of its callers: a token with this verb, or nothing at all. */
export type Policy = 'open' | { readonly verb: Verb }

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy
  }
  interface FastifyRequest {
    /** Who sent the request; a caller without verbs on open routes and where it was refused. */
    caller: Caller
  }
}

export interface AccessDeps {
  readonly tokens: Tokens
  /** Where browsers see us, if not under the Host header of their requests. */
  readonly publicUrl: string | null
}

/** Adds the checks to `app`; call it before any route is declared. A route without a policy throws at once. */
export function guardRoutes(app: FastifyInstance, deps: AccessDeps): void {
  app.decorateRequest('caller', null as unknown as Caller)
  app.addHook('onRoute', (route) => {
    if (route.config?.policy !== undefined) return
    throw new Error(
      `${route.method} ${route.url} declares no policy: add config: { policy: { verb: 'read' } } or 'open'.`,
    )
  })
  app.addHook('onRequest', (request, reply, done) => {
    request.caller = nobody
    try {
      request.caller = admit(request, reply, deps)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}

const nobody: Caller = { name: 'nobody', verbs: [] }
const tokenless: Caller = { name: DEFAULT_SOURCE, verbs: ['ingest', 'read', 'edit', 'admin'] }

function admit(request: FastifyRequest, reply: FastifyReply, deps: AccessDeps): Caller {
  if (request.is404) throw new ApiError('not_found', `There is nothing at ${request.method} ${pathOf(request)}.`)
  const { policy } = request.routeOptions.config
  if (policy === 'open') return nobody
  // Never reached through onRoute; should a plugin find a way around it, the answer is still no.
  if (policy === undefined) throw new ApiError('forbidden', 'This address declares no policy.')
  return admitWith(policy.verb, request, reply, deps)
}

function admitWith(verb: Verb, request: FastifyRequest, reply: FastifyReply, deps: AccessDeps): Caller {
  const header = request.headers.authorization
  const credentials = header === undefined ? null : parseAuthorization(header)
  const caller = credentials === null ? null : deps.tokens.find(credentials.secret)
  if (header !== undefined && caller === null) throw challenge(reply, unusable(credentials))
  if (caller?.verbs.includes(verb)) {
    // A browser adds basic auth to requests that other sites make it send; a bearer token it does not.
    if (credentials?.scheme === 'basic') checkSameOrigin(request, deps.publicUrl)
    return caller
  }
  if (!deps.tokens.anyAllows(verb) && isLoopback(request.socket.remoteAddress ?? '')) {
    checkTokenless(request)
    return tokenless
  }
  if (caller !== null) throw new ApiError('forbidden', `This token does not allow ${verb}; use one that does.`)
  throw challenge(
    reply,
    `A token that allows ${verb} is needed: send Authorization: Bearer <token>, or the token as password of basic auth.`,
  )
}

function unusable(credentials: Credentials | null): string {
  if (credentials === null)
    return 'The Authorization header is neither Bearer <token> nor Basic with the token as password.'
  return 'This token is not known; check it against the router configuration.'
}

function challenge(reply: FastifyReply, message: string): ApiError {
  reply.header('www-authenticate', 'Bearer realm="alert-router", Basic realm="alert-router", charset="UTF-8"')
  return new ApiError('unauthorized', message)
}

/** Nobody needs to read 16 KiB of what they sent. */
const MOST_OF_PATH = 200

function pathOf(request: FastifyRequest): string {
  return cutText(request.url.split('?', 1)[0] ?? '', MOST_OF_PATH)
}
