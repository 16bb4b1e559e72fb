/** Who may call what: every route says so itself, and a request is judged before a byte of its body is read. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { cutText } from '../alert/text.ts'
import { ApiError } from '../errors.ts'
import { type Credentials, parseAuthorization } from './credentials.ts'
import { isLoopback } from './loopback.ts'
import { checkSameOrigin, checkTokenless } from './origin.ts'
import { type Refusal, RefusedError } from './refused.ts'
import { type Caller, DEFAULT_SOURCE, type TokenFlaw, type Tokens, type Verb, verbs } from './tokens.ts'

/** What a route asks of its callers: a token with this verb, or nothing at all. */
export type Policy = 'open' | TokenPolicy

interface TokenPolicy {
  readonly verb: Verb
  /**
   * The route shows and changes only what belongs to `request.caller.teams`, and answers 404 for anything else. Without
   * this, tokens that are limited to teams are refused.
   */
  readonly perTeam?: true
}

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
export function guardRoutes(app: FastifyInstance, deps: AccessDeps, onRefused: (reason: Refusal) => void): void {
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
      request.caller = admit(request, deps)
      done()
    } catch (error) {
      if (error instanceof RefusedError) {
        onRefused(error.reason)
        if (error.code === 'unauthorized') reply.header('www-authenticate', CHALLENGE)
      }
      done(error as Error)
    }
  })
}

const CHALLENGE = 'Bearer realm="alert-router", Basic realm="alert-router", charset="UTF-8"'

const nobody: Caller = { name: 'nobody', verbs: [], teams: [] }
const tokenless: Caller = { name: DEFAULT_SOURCE, verbs, teams: null }

function admit(request: FastifyRequest, deps: AccessDeps): Caller {
  if (request.is404) throw new ApiError('not_found', `There is nothing at ${request.method} ${pathOf(request)}.`)
  const { policy } = request.routeOptions.config
  if (policy === 'open') return nobody
  // Never reached through onRoute; should a plugin find a way around it, the answer is still no.
  if (policy === undefined) throw new ApiError('forbidden', 'This address declares no policy.')
  return admitWith(policy, request, deps)
}

function admitWith(policy: TokenPolicy, request: FastifyRequest, { tokens, publicUrl }: AccessDeps): Caller {
  const { verb } = policy
  const header = request.headers.authorization
  const credentials = header === undefined ? null : readCredentials(header)
  const caller = credentials === null ? null : callerOf(credentials, tokens)
  if (caller?.verbs.includes(verb)) {
    if (caller.teams !== null && policy.perTeam !== true) throw limitedTo(caller.teams)
    // A browser adds basic auth to requests that other sites make it send; a bearer token it does not.
    if (credentials?.scheme === 'basic') checkSameOrigin(request, publicUrl)
    return caller
  }
  if (!tokens.isGuarded(verb) && isLoopback(request.socket.remoteAddress ?? '')) {
    checkTokenless(request)
    return tokenless
  }
  if (caller !== null) {
    throw new RefusedError('verb', 'forbidden', `This token does not allow ${verb}; use one that does.`)
  }
  throw new RefusedError(
    'missing',
    'unauthorized',
    `A token that allows ${verb} is needed: send Authorization: Bearer <token>, or the token as password of basic auth.`,
  )
}

function readCredentials(header: string): Credentials {
  const credentials = parseAuthorization(header)
  if (credentials !== null) return credentials
  throw new RefusedError(
    'malformed',
    'unauthorized',
    'The Authorization header is neither Bearer <token> nor Basic with the token as password.',
  )
}

const flaws: Readonly<Record<TokenFlaw, string>> = {
  unknown: 'This token is not known; check it against the router configuration.',
  expired: 'This token has expired; ask for a new one.',
  revoked: 'This token was revoked; ask for a new one.',
}

function callerOf({ secret }: Credentials, tokens: Tokens): Caller {
  const found = tokens.find(secret)
  if (typeof found === 'string') throw new RefusedError(found, 'unauthorized', flaws[found])
  return found
}

function limitedTo(teams: readonly string[]): RefusedError {
  const whose = teams.length === 1 ? `team ${teams[0]}` : `teams ${teams.join(', ')}`
  return new RefusedError(
    'teams',
    'forbidden',
    `This token is for ${whose} only, and this address is about all teams; use one for all (*).`,
  )
}

/** Nobody needs to read 16 KiB of what they sent. */
const MOST_OF_PATH = 200

function pathOf(request: FastifyRequest): string {
  return cutText(request.url.split('?', 1)[0] ?? '', MOST_OF_PATH)
}
