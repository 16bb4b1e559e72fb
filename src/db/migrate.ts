/** Brings the schema up to date on start, and refuses a database that this program would damage. */
import sql from 'sql-template-tag'
import { type Migration, readMigrations } from './migration-files.ts'
import type { SqliteDatabase } from './sqlite.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { DatabaseUnusableError } from './trouble.ts'

/** The number of the highest migration this code was written for. */
export const CODE_SCHEMA = 2

interface Applied {
  version: number
  name: string
  hash: string
  min_code: number
}

/**
 * Applies what is missing from `folder`, each file in a transaction of its own, and returns the names of those applied.
 * Two programs that start at the same time may both call it: the second finds the work done.
 * Throws a sentence if an applied file has changed, or if a newer program has left a schema that `codeSchema` is too old for.
 */
export async function migrate(db: SqliteDatabase, folder: string, codeSchema = CODE_SCHEMA): Promise<string[]> {
  const migrations = await readMigrations(folder)
  if (migrations.length !== codeSchema) {
    throw new Error(
      `${folder} holds ${migrations.length} migrations and this program was written for ${codeSchema}: ` +
        'install program and migrations together (and raise CODE_SCHEMA with each new migration)',
    )
  }
  await db.transaction(async (tx) => {
    await createSchemaVersion(tx)
    refuseNewer(await readApplied(tx), codeSchema)
  })
  const names: string[] = []
  for (const migration of migrations) {
    if (await db.transaction((tx) => apply(tx, migration))) names.push(migration.file)
  }
  return names
}

async function createSchemaVersion(tx: SqliteTx): Promise<void> {
  await tx.run(sql`
    create table if not exists schema_version (
      version integer primary key,
      name text not null,
      hash text not null,
      min_code integer not null,
      applied_at integer not null
    ) strict`)
}

function readApplied(tx: SqliteTx): Promise<Applied[]> {
  return tx.all<Applied>(sql`select version, name, hash, min_code from schema_version order by version`)
}

/** A newer schema is fine as long as it says that this code can still work with it. */
function refuseNewer(applied: readonly Applied[], codeSchema: number): void {
  const schema = Math.max(0, ...applied.map((row) => row.version))
  const needed = Math.max(0, ...applied.map((row) => row.min_code))
  if (needed <= codeSchema) return
  throw new DatabaseUnusableError(
    `This database was last used by a newer version of this program: its schema ${schema} needs a program that knows ` +
      `schema ${needed}, and this one knows ${codeSchema}. Start the newer version, or restore the backup from before it.`,
  )
}

/** False if it was applied before. The row is written first, so that of two who try one waits and then sees it. */
async function apply(tx: SqliteTx, { version, file, script, hash, minCode }: Migration): Promise<boolean> {
  const applied = (await readApplied(tx)).find((row) => row.version === version)
  if (applied !== undefined) {
    if (applied.hash === hash && applied.name === file) return false
    throw new Error(
      `Migration ${file} is not the one that was applied to this database as ${applied.name}. ` +
        'Restore the file as it was, and put the change into a new migration.',
    )
  }
  await tx.run(sql`
    insert into schema_version (version, name, hash, min_code, applied_at)
    values (${version}, ${file}, ${hash}, ${minCode}, ${tx.now})`)
  try {
    await tx.script(script)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Migration ${file} failed and nothing of it was kept: ${reason}`, { cause: error })
  }
  return true
}
