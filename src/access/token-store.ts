/** Tokens made at run time, in SQL: who they stand for and the hash of their secret, never the secret. */
import sql from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'
import { type Token, teamList, teamScope } from './token.ts'
import type { Verb } from './tokens.ts'

interface TokenRow {
  id: number
  name: string
  hash: string
  verbs: string
  teams: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
  replaced_at: number | null
}

const columns = sql`id, name, hash, verbs, teams, created_at, expires_at, last_used_at, revoked_at, replaced_at`

/** Also those that are over: they tell what an unusable secret once was. Newest first. */
export async function everyToken(db: Queryable): Promise<Token[]> {
  const rows = await db.all<TokenRow>(sql`select ${columns} from token order by id desc`)
  return rows.map(fromRow)
}

export async function tokenById(db: Queryable, id: number): Promise<Token | undefined> {
  const row = await db.get<TokenRow>(sql`select ${columns} from token where id = ${id}`)
  return row && fromRow(row)
}

/** The one that holds the name, if any: neither revoked nor replaced, though it may have expired. */
export async function tokenByName(db: Queryable, name: string): Promise<Token | undefined> {
  const row = await db.get<TokenRow>(sql`
    select ${columns} from token where name = ${name} and revoked_at is null and replaced_at is null`)
  return row && fromRow(row)
}

export type TokenToStore = Pick<Token, 'name' | 'hash' | 'verbs' | 'teams' | 'expiresAt'>

/** Throws if another token holds the name. */
export async function insertToken(tx: Tx, token: TokenToStore): Promise<Token> {
  const { name, hash, verbs, teams, expiresAt } = token
  const { id } = await tx.run(sql`
    insert into token (name, hash, verbs, teams, created_at, expires_at)
    values (${name}, ${hash}, ${JSON.stringify(verbs)}, ${JSON.stringify(teamList(teams))}, ${tx.now}, ${expiresAt})`)
  return { ...token, id, createdAt: tx.now, lastUsedAt: null, revokedAt: null, replacedAt: null }
}

/** A newer token takes the name; this one lives on until `expiresAt`. */
export async function replaceToken(tx: Tx, id: number, expiresAt: number): Promise<void> {
  await tx.run(sql`update token set replaced_at = ${tx.now}, expires_at = ${expiresAt} where id = ${id}`)
}

export async function revokeToken(tx: Tx, id: number): Promise<void> {
  await tx.run(sql`update token set revoked_at = ${tx.now} where id = ${id} and revoked_at is null`)
}

export async function writeLastUsed(tx: Tx, id: number, at: number): Promise<void> {
  await tx.run(sql`update token set last_used_at = ${at} where id = ${id}`)
}

function fromRow(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    verbs: JSON.parse(row.verbs) as Verb[],
    teams: teamScope(JSON.parse(row.teams) as string[]),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    replacedAt: row.replaced_at,
  }
}
