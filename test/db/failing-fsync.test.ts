/** A disk that fails to keep what it took: nothing that was confirmed is missing, and the program goes on by itself. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import sql from 'sql-template-tag'
import { expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { startChildWith } from './child.ts'
import { openTemporary, temporaryFolder } from './temporary.ts'

const COUNT = 2_000

describeWith('cc', 'a disk of which every twentieth fsync fails', (cc) => {
  it('opens its file anew each time, and has all that was confirmed', async () => {
    const folder = temporaryFolder()
    const library = join(folder, 'failing-fsync.so')
    execFileSync(cc, ['-shared', '-fPIC', '-o', library, join(import.meta.dirname, 'failing-fsync.c')])
    const file = join(folder, 'router.db')
    const empty = await openTemporary(file)
    await empty.transaction((tx) => tx.run(sql`create table number (n integer primary key) strict`))
    await empty.close()

    const writer = startChildWith({ LD_PRELOAD: library, FAIL_EVERY: '20' }, 'write-through', file, String(COUNT))
    expect(await writer.ended()).toBe(0)

    const refused = Number(writer.lines.at(-1)?.split(' ')[1])
    const confirmed = writer.lines.slice(0, -1).map(Number)
    expect(refused, 'it was refused').toBeGreaterThan(20)
    expect(confirmed.length, 'and went on').toBeGreaterThan(COUNT / 2)
    expect(confirmed.length + refused).toBe(COUNT)
    const db = await openTemporary(file)
    const stored = new Set((await db.reader.all<{ n: number }>(sql`select n from number`)).map((row) => row.n))
    expect(confirmed.filter((n) => !stored.has(n))).toEqual([])
    expect(await db.reader.get(sql`pragma integrity_check`)).toEqual({ integrity_check: 'ok' })
  })
})
