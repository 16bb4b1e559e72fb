/** Tokens as the API shows them: never the hash, and the secret once. */
import { z } from 'zod'
import { time, timeText, timeTextOrNull } from '../history/json.ts'
import { flawOf, type Token, teamList } from './token.ts'
import { verbs } from './tokens.ts'

export const tokenJson = z
  .object({
    id: z.int(),
    name: z.string(),
    verbs: z.array(z.enum(verbs)),
    teams: z.array(z.string()).describe('["*"] for all teams.'),
    state: z
      .enum(['active', 'replaced', 'expired', 'revoked'])
      .describe('replaced: a newer one has the name, and this one is still taken until expiresAt.'),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Token' })

export const madeTokenJson = z
  .object({ token: tokenJson, secret: z.string().describe('Shown this once: only its hash is kept.') })
  .meta({ id: 'MadeToken' })

export const tokensJson = z.object({ tokens: z.array(tokenJson) }).meta({ id: 'Tokens' })

/** A token as JSON. */
export type TokenJson = z.output<typeof tokenJson>

/** A new token as JSON, with its secret. */
export type MadeTokenJson = z.output<typeof madeTokenJson>

export function toTokenJson(token: Token, now: number): TokenJson {
  const { id, name, verbs: allowed, teams } = token
  return {
    id,
    name,
    verbs: [...allowed],
    teams: teamList(teams),
    state: flawOf(token, now) ?? (token.replacedAt === null ? 'active' : 'replaced'),
    createdAt: timeText(token.createdAt),
    expiresAt: timeTextOrNull(token.expiresAt),
    lastUsedAt: timeTextOrNull(token.lastUsedAt),
    revokedAt: timeTextOrNull(token.revokedAt),
  }
}
