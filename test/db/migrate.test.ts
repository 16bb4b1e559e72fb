/** How a schema is brought up to date, by whom, and when that is refused. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { CODE_SCHEMA, migrate } from '../../src/db/migrate.ts'
import { startChild } from './child.ts'
import { openTemporary, temporaryFolder } from './temporary.ts'

const one =
  '-- min_code: 1\ncreate table alert (id integer primary key, name text) strict;\ncreate index a on alert (name);\n'
const two = "-- min_code: 1\nalter table alert add column note text;\ninsert into alert (name) values ('two');\n"
const three = '-- Notes move.\n-- min_code: 3\nalter table alert drop column note;\n'
const files = { '0001_init.sql': one, '0002_note.sql': two, '0003_no_note.sql': three }

describe('applying', () => {
  it('runs what is missing, in order, once', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'), () => 1_795_000_000_000)
    expect(await migrate(db, folderOf('0001_init.sql'), 1)).toEqual(['0001_init.sql'])
    expect(await migrate(db, folderOf(...names(3)), 3)).toEqual(['0002_note.sql', '0003_no_note.sql'])
    expect(await migrate(db, folderOf(...names(3)), 3)).toEqual([])
    expect(await db.reader.all(sql`select * from alert`)).toEqual([{ id: 1, name: 'two' }])
    expect(await db.reader.all(sql`select version, name, min_code, applied_at from schema_version`)).toEqual([
      { version: 1, name: '0001_init.sql', min_code: 1, applied_at: 1_795_000_000_000 },
      { version: 2, name: '0002_note.sql', min_code: 1, applied_at: 1_795_000_000_000 },
      { version: 3, name: '0003_no_note.sql', min_code: 3, applied_at: 1_795_000_000_000 },
    ])
  })

  it('lets two callers at once share the work', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    const folder = folderOf(...names(3))
    const applied = await Promise.all([migrate(db, folder, 3), migrate(db, folder, 3)])
    expect(applied.flat().sort()).toEqual(names(3))
  })

  it('lets two processes start at once', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const folder = folderOf(...names(3))
    const children = [startChild('migrate', file, folder, '3'), startChild('migrate', file, folder, '3')]
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0])
    expect(children.flatMap((child) => child.lines).sort()).toEqual(names(3))
  })

  it('keeps nothing of a migration that fails, and all before it', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    const broken = '-- min_code: 1\ncreate table half (a integer);\ninsert into nowhere values (1);\n'
    const folder = folderWith({ '0001_init.sql': one, '0002_broken.sql': broken })
    await expect(migrate(db, folder, 2)).rejects.toThrow(
      'Migration 0002_broken.sql failed and nothing of it was kept: no such table: nowhere',
    )
    expect(await db.reader.all(sql`select name from sqlite_schema where name in ('half', 'alert')`)).toEqual([
      { name: 'alert' },
    ])
    expect(await migrate(db, folderOf(...names(2)), 2)).toEqual(['0002_note.sql'])
  })
})

describe('refusing', () => {
  it('refuses a file that changed after it was applied', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await migrate(db, folderOf('0001_init.sql'), 1)
    const changed = folderWith({ '0001_init.sql': one.replace('name text', 'name text not null') })
    await expect(migrate(db, changed, 1)).rejects.toThrow(
      /0001_init\.sql is not the one that was applied.*new migration/,
    )
  })

  it('takes a file with Windows line ends for the same', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await migrate(db, folderOf('0001_init.sql'), 1)
    expect(await migrate(db, folderWith({ '0001_init.sql': one.replaceAll('\n', '\r\n') }), 1)).toEqual([])
  })

  it('works with a newer schema that allows it, and refuses one that does not', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await migrate(db, folderOf(...names(2)), 2)
    expect(await migrate(db, folderOf(...names(1)), 1)).toEqual([])
    await migrate(db, folderOf(...names(3)), 3)
    await expect(migrate(db, folderOf(...names(2)), 2)).rejects.toThrow(
      'last used by a newer version of this program: its schema 3 needs a program that knows schema 3, and this one knows 2',
    )
  })

  it.each([
    ['no min_code', { '0001_init.sql': 'create table a (b integer);' }, /0001_init\.sql needs a line "-- min_code: N"/],
    ['min_code above its number', { '0001_init.sql': '-- min_code: 2\n' }, /N from 1 to 1/],
    ['a gap', { '0001_init.sql': one, '0003_no_note.sql': three }, /0003_no_note\.sql .* should have the number 0002/],
    ['a number twice', { '0001_a.sql': one, '0001_b.sql': one }, /0001_b\.sql .* should have the number 0002/],
    ['another name', { 'init.sql': one }, /init\.sql is not named like a migration/],
    ['its own commit', { '0001_init.sql': '-- min_code: 1\ncommit;\n' }, /must not end its own transaction/],
    ['a file too few', {}, /holds 0 migrations and this program was written for 1/],
  ])('refuses a folder with %s', async (_, content, sentence) => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await expect(migrate(db, folderWith(content), 1)).rejects.toThrow(sentence)
    expect(await db.reader.all(sql`select name from sqlite_schema`)).toEqual([])
  })
})

it('the migrations of this program apply to an empty database', async () => {
  const folder = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url))
  const db = await openTemporary(join(temporaryFolder(), 'router.db'))
  expect(await migrate(db, folder)).toEqual(readdirSync(folder).sort())
  expect(await db.reader.get(sql`select max(version) as version from schema_version`)).toEqual({ version: CODE_SCHEMA })
  expect(await db.reader.all(sql`pragma foreign_key_check`)).toEqual([])
})

type FileName = keyof typeof files

function names(count: number): FileName[] {
  return (Object.keys(files) as FileName[]).slice(0, count)
}

function folderOf(...chosen: FileName[]): string {
  return folderWith(Object.fromEntries(chosen.map((name) => [name, files[name]])))
}

function folderWith(content: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(content)) writeFileSync(join(folder, name), text)
  return folder
}
