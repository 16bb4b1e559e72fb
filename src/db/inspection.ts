/** Looks through a database file without changing it: whether it is in order, what schema it has, how many rows. */
import { statSync } from 'node:fs'
import SqliteDriver from 'better-sqlite3'
import { DatabaseUnusableError } from './trouble.ts'

/** Rows by table, in the order of their names. */
export type Counts = ReadonlyMap<string, number>

export interface Inspection {
  readonly bytes: number
  /** Room in the file for the next rows. */
  readonly freeBytes: number
  /** Names of the migrations applied, in order; none for a file of some other program. */
  readonly migrations: readonly string[]
  /** The number of the schema that a program has to know to use it. */
  readonly neededSchema: number
  readonly counts: Counts
  /** Sentences; none when all is well. */
  readonly problems: readonly string[]
}

/** Findings listed at most. */
const MOST_PROBLEMS = 20

/** Reads the whole file: about 2 s per GB. Throws a DatabaseUnusableError if it cannot be read as a database at all. */
export function inspectFile(file: string): Inspection {
  let connection: SqliteDriver.Database | null = null
  try {
    connection = new SqliteDriver(file, { readonly: true, fileMustExist: true })
    connection.exec('begin')
    return inspect(connection, file)
  } catch (error) {
    if (!(error instanceof SqliteDriver.SqliteError || error instanceof TypeError)) throw error
    throw new DatabaseUnusableError(`${file} cannot be read as a database: ${error.message}`, { cause: error })
  } finally {
    connection?.close()
  }
}

function inspect(connection: SqliteDriver.Database, file: string): Inspection {
  const pragma = (name: string) => Number(connection.pragma(name, { simple: true }))
  const applied = migrationsIn(connection)
  return {
    bytes: statSync(file).size,
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    migrations: applied.map(({ name }) => name),
    neededSchema: Math.max(0, ...applied.map((row) => row.min_code)),
    counts: countRows(connection),
    problems: [...damage(connection), ...danglingRows(connection)],
  }
}

function migrationsIn(connection: SqliteDriver.Database): { name: string; min_code: number }[] {
  const known = connection.prepare(`select 1 from sqlite_schema where name = 'schema_version'`).get() !== undefined
  if (!known) return []
  return connection.prepare('select name, min_code from schema_version order by version').all() as never
}

/** Without the search index, which is made of the others. */
export function countRows(connection: SqliteDriver.Database): Counts {
  const tables = connection
    .prepare(
      `select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%' order by name`,
    )
    .pluck()
    .all() as string[]
  return new Map(
    tables.map((table) => [table, Number(connection.prepare(`select count(*) from "${table}"`).pluck().get())]),
  )
}

function damage(connection: SqliteDriver.Database): string[] {
  const found = connection.pragma(`integrity_check(${MOST_PROBLEMS})`) as { integrity_check: string }[]
  return found.flatMap(({ integrity_check: finding }) => (finding === 'ok' ? [] : [finding]))
}

function danglingRows(connection: SqliteDriver.Database): string[] {
  const found = connection
    .prepare(`select "table", parent, count(*) as rows from pragma_foreign_key_check group by "table", parent`)
    .all() as { table: string; parent: string; rows: number }[]
  return found.map(
    ({ table, parent, rows }) => `${rows} rows of ${table} refer to rows of ${parent} that are not there`,
  )
}
