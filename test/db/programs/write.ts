/** Eight writers insert numbers from `first` on and print each number once it is committed, until killed. */
import sql from 'sql-template-tag'
import { openSqlite } from '../../../src/db/sqlite.ts'

const [file = '', first = '0'] = process.argv.slice(2)
const db = await openSqlite({ file, now: Date.now })
await db.transaction((tx) => tx.run(sql`create table if not exists number (n integer primary key) strict`))
let next = Number(first)
const write = async () => {
  for (;;) {
    const n = next++
    await db.transaction((tx) => tx.run(sql`insert into number (n) values (${n})`))
    process.stdout.write(`${n}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, write))
