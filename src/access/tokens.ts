/** Who a token stands for, found without telling an attacker by timing how close a guess was. */
import { timingSafeEqual } from 'node:crypto'
import type { TeamScope } from '../team/scope.ts'
import { sha256 } from './secret.ts'
import type { TokenSecrets } from './token-secrets.ts'

export const verbs = ['ingest', 'read', 'edit', 'admin'] as const

/** What a token allows. `edit` is for what belongs to teams; `admin` for the router as a whole. */
export type Verb = (typeof verbs)[number]

/** Who sends a request. For ingest, `name` is the source of the alerts. */
export interface Caller {
  readonly name: string
  readonly verbs: readonly Verb[]
  /** Whose things it may see and change; null for all teams. */
  readonly teams: TeamScope
}

/** Why a presented secret is nobody's. */
export type TokenFlaw = 'unknown' | 'expired' | 'revoked'

/** The tokens in force. */
export interface Tokens {
  /** The caller behind a presented secret, or what is wrong with it. */
  find(presented: string): Caller | TokenFlaw
  /**
   * Whether the environment has a token for this verb; if not, callers on this machine may use it without one. Tokens
   * made at run time do not count: what is open must not change because one of them expires.
   */
  isGuarded(verb: Verb): boolean
}

/**
 * The tokens of the environment; the ingest token's source is `default`, before and after a rotation. Secrets are kept as
 * SHA-256 only: they are long and random, so a slow hash adds nothing.
 */
export function environmentTokens({ ingest, ingestPrevious, read, admin }: TokenSecrets): Tokens {
  const all: readonly [secret: string | null, name: string, verbs: readonly Verb[]][] = [
    [ingest, DEFAULT_SOURCE, ['ingest']],
    [ingestPrevious, DEFAULT_SOURCE, ['ingest']],
    [read, 'read', ['read']],
    [admin, 'admin', ['read', 'edit', 'admin']],
  ]
  const known = all.flatMap(([secret, name, allowed]) =>
    secret === null ? [] : [{ digest: sha256(secret), caller: { name, verbs: allowed, teams: null } }],
  )
  return {
    find: (presented) => {
      const digest = sha256(presented)
      let found: Caller | 'unknown' = 'unknown'
      // Each is compared with, whichever matches.
      for (const token of known) if (timingSafeEqual(token.digest, digest)) found = token.caller
      return found
    },
    isGuarded: (verb) => known.some(({ caller }) => caller.verbs.includes(verb)),
  }
}

/** The source of alerts that come by the environment's ingest token, or without any token on loopback. */
export const DEFAULT_SOURCE = 'default'
