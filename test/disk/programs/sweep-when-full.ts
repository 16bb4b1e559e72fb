/** Retention on a disk without room, with and without what the ballast gives; prints what happened as one line of JSON. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sql from 'sql-template-tag'
import { migrate } from '../../../src/db/migrate.ts'
import { openSqlite } from '../../../src/db/sqlite.ts'
import { Ballast } from '../../../src/disk/ballast.ts'
import { Sweep } from '../../../src/history/sweep.ts'
import { OldRows } from '../../history/old-rows.ts'
import { fill } from './fill.ts'

const [folder = ''] = process.argv.slice(2)
const file = join(folder, 'router.db')
const db = await openSqlite({ file, now: Date.now })
await migrate(db, fileURLToPath(new URL('../../../migrations/sqlite/', import.meta.url)))
const rows = await db.transaction((tx) => OldRows.begin(tx))
await db.transaction(async (tx) => {
  for (let n = 0; n < 20_000; n++) await rows.in(tx).episode({})
  await rows.today()
})
const ballast = new Ballast(file, 4_000_000)
await ballast.make()
fill(join(folder, 'filler'))
let gone = 0
const sweep = async () => {
  const before = Date.now() - 90 * 24 * 3_600_000
  try {
    for await (const _ of new Sweep(db, before, (_, count) => (gone += count)).run());
    return 'done'
  } catch (error) {
    return (error as { code?: string }).code
  }
}
const without = await sweep()
db.onFull(() => void ballast.release())
const first = await sweep()
const second = await sweep()
let written = 0
try {
  for (; written < 10_000; written++) await db.transaction((tx) => rows.in(tx).episode({ received: 0, closed: 0 }))
} catch {
  // As many as the room that retention made can hold.
}
const integrity = await db.reader.get(sql`pragma integrity_check`)
console.log(JSON.stringify({ without, first, second, gone, written, integrity }))
await db.close()
