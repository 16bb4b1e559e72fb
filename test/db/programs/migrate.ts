/** Migrates as soon as nobody else has the database, and prints the names of the migrations that it applied. */
import { setTimeout } from 'node:timers/promises'
import { migrate } from '../../../src/db/migrate.ts'
import { openSqlite, type SqliteDatabase } from '../../../src/db/sqlite.ts'

const [file = '', folder = '', codeSchema = '1'] = process.argv.slice(2)
let db: SqliteDatabase | null = null
while (db === null) {
  try {
    db = await openSqlite({ file, now: Date.now })
  } catch (error) {
    if (!String(error).includes('in use by another process')) throw error
    await setTimeout(5)
  }
}
for (const name of await migrate(db, folder, Number(codeSchema))) console.log(name)
await db.close()
