/** Four writers insert `count` numbers on a disk that fails now and then, print each that is confirmed, and then the refused. */
import { setTimeout } from 'node:timers/promises'
import sql from 'sql-template-tag'
import { openSqlite } from '../../../src/db/sqlite.ts'

const [file = '', count = '0'] = process.argv.slice(2)
const db = await openSqlite({ file, now: Date.now })
let next = 0
let refused = 0
const write = async () => {
  while (next < Number(count)) {
    const n = next++
    try {
      await db.transaction((tx) => tx.run(sql`insert into number (n) values (${n})`))
      process.stdout.write(`${n}\n`)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'unavailable') throw error
      refused++
      await setTimeout(1)
    }
  }
}
await Promise.all(Array.from({ length: 4 }, write))
process.stdout.write(`refused ${refused}\n`)
await db.close()
