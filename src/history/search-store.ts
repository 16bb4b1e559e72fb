/** Asks the search index. On SQLite it is FTS5 without content, one table for each 2^19 ids; who asks sees terms and ids. */
import sql, { raw } from 'sql-template-tag'
import type { Queryable } from '../db/database.ts'

/**
 * Ids of a partition. An `and` of broad terms that finds nothing reads their lists to the end: 8 ms for three at this
 * size. A partition is dropped whole, in 20 ms.
 */
export const PARTITION_IDS = 2 ** 19

/** Episodes from `low` up to `indexedUpto`, both included, can be searched by their terms. */
export interface Partition {
  readonly number: number
  readonly low: number
  readonly indexedUpto: number
}

/** Highest first. */
export async function searchPartitions(db: Queryable): Promise<Partition[]> {
  const rows = await db.all<{ number: number; indexed_upto: number }>(
    sql`select number, indexed_upto from search_partition order by number desc`,
  )
  return rows.map(({ number, indexed_upto }) => ({
    number,
    low: number * PARTITION_IDS,
    indexedUpto: indexed_upto,
  }))
}

/**
 * Ids, highest first, of episodes that have at least one term of every list; a term that ends in `*` stands for all
 * that begin so. Some may have been deleted, or have had the term only when they were indexed. At most `limit` from
 * `low` to below `below`.
 */
export async function matchIds(
  db: Queryable,
  partition: number,
  terms: readonly (readonly string[])[],
  range: { readonly low: number; readonly below: number },
  limit: number,
): Promise<number[]> {
  if (terms.some((anyOf) => anyOf.length === 0)) return []
  const table = raw(indexTable(partition))
  // FTS5 seeks by whole numbers only: bounds that are bound as REAL would be tried on each hit from the end.
  const rows = await db.all<{ id: number }>(sql`
    select rowid as id from ${table} where ${table} match ${matchText(terms)}
      and rowid >= cast(${range.low} as integer) and rowid < cast(${range.below} as integer)
    order by rowid desc limit ${limit}`)
  return rows.map(({ id }) => id)
}

function matchText(terms: readonly (readonly string[])[]): string {
  return terms.map((anyOf) => `(${anyOf.map(quoted).join(' OR ')})`).join(' AND ')
}

/** Terms hold no quotes. */
function quoted(term: string): string {
  return term.endsWith('*') ? `"${term.slice(0, -1)}" *` : `"${term}"`
}

/** A term and how many episodes have it. */
export interface TermCount {
  readonly term: string
  readonly count: number
}

/** Terms that begin with `prefix` and come after `after`, in the order of their bytes. Counting reads a term's whole list. */
export function termsAfter(
  db: Queryable,
  partition: number,
  prefix: string,
  after: string,
  limit: number,
): Promise<TermCount[]> {
  // All characters of terms stand between ! and ~.
  return db.all<TermCount>(sql`
    select term, doc as count from ${raw(termsTable(partition))}
    where term >= ${after === '' ? prefix : `${after}!`} and term < ${`${prefix}~`} limit ${limit}`)
}

export function partitionOf(id: number): number {
  return Math.floor(id / PARTITION_IDS)
}

export function indexTable(partition: number): string {
  return `episode_fts_${partition}`
}

export function termsTable(partition: number): string {
  return `episode_terms_${partition}`
}
