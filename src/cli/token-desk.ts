/** Where the token command gets its work done: in the database if nobody runs on it, else by the router that does. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { newTokenJson, rotationJson, toNewToken } from '../access/new-token.ts'
import { SECRET_BYTES } from '../access/secret.ts'
import { type MadeTokenJson, type TokenJson, toTokenJson } from '../access/token-json.ts'
import { type MadeToken, TokenRegister } from '../access/token-register.ts'
import { environmentTokens } from '../access/tokens.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { DatabaseInUseError } from '../db/file-lock.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite, type SqliteDatabase } from '../db/sqlite.ts'
import { routerDesk } from './router-desk.ts'

/** What the API does with tokens, wherever it is done; bodies, which are checked there, and answers are the API's. */
export interface TokenDesk {
  make(wanted: object): Promise<MadeTokenJson>
  list(): Promise<readonly TokenJson[]>
  rotate(id: number, rotation: object): Promise<MadeTokenJson>
  revoke(id: number): Promise<TokenJson>
  close(): Promise<void>
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite/', import.meta.url))

/**
 * A running router has the database's lock, and its memory must learn of every change. A database that is not there yet
 * is not made: in the wrong folder that would give out secrets nobody knows.
 */
export async function openTokenDesk(config: Config): Promise<TokenDesk> {
  const { databaseFile: file } = config
  if (!existsSync(file)) return routerDesk(config, `There is no database at ${file}`)
  let db: SqliteDatabase
  try {
    db = await openSqlite({ file, now: () => systemClock.now() })
  } catch (error) {
    if (error instanceof DatabaseInUseError) return routerDesk(config, `Another process has the database ${file}`)
    throw error
  }
  try {
    await migrate(db, MIGRATIONS)
    const register = new TokenRegister(db, environmentTokens(config.tokens))
    return deskOf(register, db)
  } catch (error) {
    await db.close()
    throw error
  }
}

function deskOf(register: TokenRegister, db: SqliteDatabase): TokenDesk {
  const toJson = ({ token, secret }: MadeToken) => ({ token: toTokenJson(token, db.now()), secret })
  return {
    make: async (wanted) =>
      toJson(await register.make(toNewToken(read(newTokenJson, wanted)), randomBytes(SECRET_BYTES))),
    list: async () => (await register.list()).map((token) => toTokenJson(token, db.now())),
    rotate: async (id, rotation) => {
      const { overlap } = read(rotationJson, rotation)
      return toJson(await register.rotate(id, overlap, randomBytes(SECRET_BYTES)))
    },
    revoke: async (id) => toTokenJson(await register.revoke(id), db.now()),
    close: () => db.close(),
  }
}

/** Throws what is wrong as one sentence, as the API would list it in fields. */
function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
}
