/** Tokens over HTTP: an administrator makes, lists, rotates and revokes them. */
import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../http/feature.ts'
import { newTokenJson, rotationJson, toNewToken } from './new-token.ts'
import { SECRET_BYTES } from './secret.ts'
import { type MadeTokenJson, madeTokenJson, tokenJson, tokensJson, toTokenJson } from './token-json.ts'
import type { MadeToken, TokenRegister } from './token-register.ts'

export const TOKENS_PATH = '/api/v1/tokens'

export interface TokenDeps {
  readonly register: TokenRegister
  /** Epoch ms. */
  readonly now: () => number
}

/** `POST` and `GET /api/v1/tokens`, `DELETE /api/v1/tokens/{id}` and `POST /api/v1/tokens/{id}/rotate`. */
export function tokenRoutes(app: App, { register, now }: TokenDeps): void {
  const admin = { policy: { verb: 'admin' } } as const
  const params = z.object({ id: z.coerce.number().int().positive() })
  const schema = (summary: string) => ({ summary, tags: ['tokens'] })
  app.post(
    TOKENS_PATH,
    { config: admin, schema: { ...schema('Make a token'), body: newTokenJson, response: { 201: madeTokenJson } } },
    async (request, reply) => {
      const made = await register.make(toNewToken(request.body), randomBytes(SECRET_BYTES))
      logChange(request, made.token.id, 'a token was made')
      return handOver(reply, made, now())
    },
  )
  app.get(
    TOKENS_PATH,
    { config: admin, schema: { ...schema('Tokens, newest first'), response: { 200: tokensJson } } },
    async () => ({ tokens: (await register.list()).map((token) => toTokenJson(token, now())) }),
  )
  app.delete(
    `${TOKENS_PATH}/:id`,
    { config: admin, schema: { ...schema('Revoke a token, at once'), params, response: { 200: tokenJson } } },
    async (request) => {
      const token = await register.revoke(request.params.id)
      logChange(request, token.id, 'a token was revoked')
      return toTokenJson(token, now())
    },
  )
  app.post(
    `${TOKENS_PATH}/:id/rotate`,
    {
      config: admin,
      schema: {
        ...schema('Give a token a new secret'),
        description: 'Makes a token of the same name, verbs, teams and lifetime; both are taken during the overlap.',
        params,
        body: rotationJson,
        response: { 201: madeTokenJson },
      },
    },
    async (request, reply) => {
      const made = await register.rotate(request.params.id, request.body.overlap, randomBytes(SECRET_BYTES))
      logChange(request, made.token.id, `token ${request.params.id} was rotated`)
      return handOver(reply, made, now())
    },
  )
}

/** Who changed what, for the audit; the key is not `token`, whose values the log hides. */
function logChange(request: FastifyRequest, tokenId: number, what: string): void {
  request.log.info({ request_id: request.id, by: request.caller.name, token_id: tokenId }, what)
}

function handOver(reply: FastifyReply, { token, secret }: MadeToken, now: number): MadeTokenJson {
  void reply.code(201).header('cache-control', 'no-store')
  return { token: toTokenJson(token, now), secret }
}
