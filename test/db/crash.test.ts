/** Promise one at its root: what was confirmed is there after the process was killed in the middle of its work. */
import { join } from 'node:path'
import sql from 'sql-template-tag'
import { expect, it } from 'vitest'
import { startChild } from './child.ts'
import { openTemporary, temporaryFolder } from './temporary.ts'

const KILLS = 8
const NUMBERS_PER_KILL = 1_000_000

it(`keeps every confirmed row through ${KILLS} times kill -9`, async () => {
  const file = join(temporaryFolder(), 'router.db')
  const confirmed: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = startChild('write', file, String(kill * NUMBERS_PER_KILL))
    await writer.printed(100 + kill * 77)
    writer.kill()
    await writer.ended()
    confirmed.push(...writer.lines.map(Number))
  }
  const db = await openTemporary(file)
  const stored = new Set((await db.reader.all<{ n: number }>(sql`select n from number`)).map((row) => row.n))
  expect(confirmed.filter((n) => !stored.has(n))).toEqual([])
  expect(await db.reader.get(sql`pragma integrity_check`)).toEqual({ integrity_check: 'ok' })
})
