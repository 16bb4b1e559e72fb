/** Reads the folder of migrations: NNNN_name.sql, numbered from 0001 without a gap, each saying which code it needs. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Migration {
  readonly version: number
  readonly file: string
  readonly script: string
  /** SHA-256 of the text with Unix line ends, so that a checkout on Windows is the same migration. */
  readonly hash: string
  /** The lowest number of schema that a program must know to work with this one; see `-- min_code:` below. */
  readonly minCode: number
}

/** All migrations of `folder` in order. Throws a sentence that names the file if one is not as it should be. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  const migrations = await Promise.all(files.map((file) => readMigration(folder, file)))
  for (const [index, { version, file }] of migrations.entries()) {
    if (version === index + 1) continue
    throw new Error(
      `Migration ${file} in ${folder} should have the number ${padded(index + 1)}: a file is missing or twice`,
    )
  }
  return migrations
}

async function readMigration(folder: string, file: string): Promise<Migration> {
  const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1] ?? 0)
  if (version === 0) throw new Error(`${join(folder, file)} is not named like a migration: 0001_what_it_does.sql`)
  const script = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n')
  const minCode = Number(/^-- min_code: (\d+)$/m.exec(script)?.[1] ?? 0)
  if (minCode < 1 || minCode > version) {
    throw new Error(
      `Migration ${file} needs a line "-- min_code: N", N from 1 to ${version}: the lowest schema number that a program ` +
        'must know to read and write the tables it leaves behind',
    )
  }
  if (/^\s*(commit|rollback)\b/im.test(script)) {
    throw new Error(`Migration ${file} must not end its own transaction: remove commit and rollback`)
  }
  return { version, file, script, hash: createHash('sha256').update(script).digest('hex'), minCode }
}

function padded(version: number): string {
  return String(version).padStart(4, '0')
}
