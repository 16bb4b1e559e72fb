/** Opens the database, says so, and keeps it until it is killed. */
import { openSqlite } from '../../../src/db/sqlite.ts'

const [file = ''] = process.argv.slice(2)
const db = await openSqlite({ file, now: Date.now })
console.log('open')
setInterval(() => db.backlog(), 60_000)
