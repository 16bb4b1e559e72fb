/** Tries to open the database once and prints how that went. */
import { openSqlite } from '../../../src/db/sqlite.ts'

const [file = ''] = process.argv.slice(2)
try {
  const db = await openSqlite({ file, now: Date.now })
  await db.close()
  console.log('open')
} catch (error) {
  console.log(String(error))
}
