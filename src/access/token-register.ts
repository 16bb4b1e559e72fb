/** The tokens in force, those of the environment and those made at run time: who presents one, and how they come and go. */
import { timingSafeEqual } from 'node:crypto'
import type { Database, Queryable } from '../db/database.ts'
import { ApiError } from '../errors.ts'
import type { NewToken } from './new-token.ts'
import { parseSecret, secretHash, secretText } from './secret.ts'
import { flawOf, type Token } from './token.ts'
import {
  everyToken,
  insertToken,
  replaceToken,
  revokeToken,
  tokenById,
  tokenByName,
  writeLastUsed,
} from './token-store.ts'
import type { Caller, TokenFlaw, Tokens, Verb } from './tokens.ts'

/** How often the last use is written: a request must not cost a commit. */
const WRITE_USE_EVERY_MS = 60_000

/** A token and its secret, which nobody can be told again. */
export interface MadeToken {
  readonly token: Token
  readonly secret: string
}

/** Answers from memory, which changes once a change is committed: what was revoked is refused from then on. */
export class TokenRegister implements Tokens {
  readonly #db: Database
  readonly #environment: Tokens
  readonly #stored = new Map<number, { readonly digest: Buffer; readonly caller: Caller; readonly token: Token }>()
  /** Uses that are not written yet: when, by id. */
  readonly #used = new Map<number, number>()

  constructor(db: Database, environment: Tokens) {
    this.#db = db
    this.#environment = environment
  }

  /** Reads what is stored; until then the environment's tokens are all there is. */
  async load(): Promise<void> {
    for (const token of await everyToken(this.#db.reader)) this.#remember(token)
  }

  find(presented: string): Caller | TokenFlaw {
    const fromEnvironment = this.#environment.find(presented)
    if (fromEnvironment !== 'unknown') return fromEnvironment
    const secret = parseSecret(presented)
    const known = secret === null ? undefined : this.#stored.get(secret.id)
    if (secret === null || known === undefined || !timingSafeEqual(known.digest, secret.digest)) return 'unknown'
    const { caller, token } = known
    const now = this.#db.now()
    const flaw = flawOf(token, now)
    if (flaw !== null) return flaw
    this.#used.set(token.id, now)
    return caller
  }

  isGuarded(verb: Verb): boolean {
    return this.#environment.isGuarded(verb)
  }

  /** Newest first, also those that are over. */
  async list(): Promise<Token[]> {
    const tokens = await everyToken(this.#db.reader)
    return tokens.map((token) => ({ ...token, lastUsedAt: this.#used.get(token.id) ?? token.lastUsedAt }))
  }

  /** `random` are SECRET_BYTES bytes that nobody can guess. Rejects with a conflict if the name is taken. */
  async make(wanted: NewToken, random: Buffer): Promise<MadeToken> {
    const { name, verbs, teams } = wanted
    const token = await this.#db.transaction(async (tx) => {
      if ((await tokenByName(tx, name)) !== undefined) throw taken(name)
      return insertToken(tx, { name, verbs, teams, hash: secretHash(random), expiresAt: endOf(wanted, tx.now) })
    })
    this.#remember(token)
    return { token, secret: secretText(token.id, random) }
  }

  /** A new secret for the same purpose and as long a life; the old one is taken for `overlapMs` more. */
  async rotate(id: number, overlapMs: number, random: Buffer): Promise<MadeToken> {
    const [old, token] = await this.#db.transaction(async (tx) => {
      const { name, verbs, teams, createdAt, expiresAt } = await current(tx, id)
      await replaceToken(tx, id, Math.min(expiresAt ?? Number.MAX_SAFE_INTEGER, tx.now + overlapMs))
      const newEnd = expiresAt === null ? null : tx.now + expiresAt - createdAt
      const inserted = await insertToken(tx, { name, verbs, teams, hash: secretHash(random), expiresAt: newEnd })
      return [existing(await tokenById(tx, id), id), inserted] as const
    })
    this.#remember(old)
    this.#remember(token)
    return { token, secret: secretText(token.id, random) }
  }

  /** Refused from the commit on; a second time changes nothing. */
  async revoke(id: number): Promise<Token> {
    const token = await this.#db.transaction(async (tx) => {
      await revokeToken(tx, id)
      return existing(await tokenById(tx, id), id)
    })
    this.#remember(token)
    return token
  }

  /** Writes which tokens were used since the last time, in one transaction. Returns when to come again, epoch ms. */
  async writeUse(): Promise<number> {
    const used = [...this.#used]
    if (used.length > 0) {
      await this.#db.transaction(async (tx) => {
        for (const [id, at] of used) await writeLastUsed(tx, id, at)
      })
      for (const [id, at] of used) if (this.#used.get(id) === at) this.#used.delete(id)
    }
    return this.#db.now() + WRITE_USE_EVERY_MS
  }

  #remember(token: Token): void {
    const { id, name, verbs, teams, hash } = token
    this.#stored.set(id, { digest: Buffer.from(hash, 'hex'), caller: { name, verbs, teams }, token })
  }
}

function endOf({ expiresAt, lifetimeMs }: NewToken, now: number): number | null {
  if (lifetimeMs !== null) return now + lifetimeMs
  if (expiresAt === null || expiresAt > now) return expiresAt
  const message = 'is past: a token that never was valid is of no use'
  throw new ApiError('invalid', 'The token would have ended before it began.', {
    fields: [{ path: 'body.expiresAt', message }],
  })
}

function taken(name: string): ApiError {
  return new ApiError(
    'conflict',
    `There is a token named ${name}; choose another name, rotate that one, or revoke it first.`,
  )
}

async function current(db: Queryable, id: number): Promise<Token> {
  const token = existing(await tokenById(db, id), id)
  if (token.revokedAt === null && token.replacedAt === null) return token
  throw new ApiError(
    'conflict',
    `Token ${id} is ${token.revokedAt === null ? 'replaced already' : 'revoked'}; make a new one.`,
  )
}

function existing(token: Token | undefined, id: number): Token {
  if (token !== undefined) return token
  throw new ApiError('not_found', `There is no token ${id}; GET /api/v1/tokens lists them.`)
}
