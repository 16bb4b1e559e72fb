/** Writes the search index: takes episodes in, merges what is complete, drops what is old, and repairs. */
import sql, { raw } from 'sql-template-tag'
import { labelsFromText } from '../alert/labels.ts'
import type { Query, Queryable, Tx } from '../db/database.ts'
import { indexTable, PARTITION_IDS, partitionOf, searchPartitions, termsTable } from './search-store.ts'
import { teamTerm, termsText } from './search-term.ts'

/** Pages of the index written by one step of a merge: about 10 ms. */
const MERGE_PAGES = 64

/** Takes up to `limit` episodes of one partition into the index, the oldest first; returns how many it took. */
export async function indexEpisodes(tx: Tx, limit: number): Promise<number> {
  for (const { number, isNew, after, end } of await unindexed(tx)) {
    const rows = await tx.all<{ id: number; labels: string; teams: string; source: string }>(sql`
      select e.id, e.labels, e.teams, s.name as source from episode e join source s on s.id = e.source_id
      where e.id > ${after} and e.id <= ${end} order by e.id limit ${limit}`)
    if (rows.length > 0 && isNew) await createPartition(tx, number)
    const addTerms = termsInto(number)
    for (const { id, labels, teams, source } of rows) {
      await tx.run(addTerms(id, termsText(labelsFromText(labels), JSON.parse(teams) as string[], source)))
    }
    const indexedUpto = rows.length < limit ? end : (rows.at(-1)?.id ?? end)
    await tx.run(sql`update search_partition set indexed_upto = ${indexedUpto} where number = ${number}`)
    if (rows.length > 0) return rows.length
  }
  return 0
}

/** How many episodes the index does not hold yet; ids that are gone from among them count too. */
export async function countUnindexed(db: Queryable): Promise<number> {
  let count = 0
  for (const { after, end } of await unindexed(db)) {
    const row = await db.get<{ first: number | null; last: number | null }>(sql`
      select (select min(id) from episode where id > ${after} and id <= ${end}) as first,
        (select max(id) from episode where id > ${after} and id <= ${end}) as last`)
    if (row !== undefined && row.first !== null && row.last !== null) count += row.last - row.first + 1
  }
  return count
}

/** Ids above `after` up to `end` are to be taken into the partition. */
interface Unindexed {
  readonly number: number
  readonly isNew: boolean
  readonly after: number
  readonly end: number
}

/** Lowest first; there may be no episodes in it. */
async function unindexed(db: Queryable): Promise<Unindexed[]> {
  const partitions = new Map((await searchPartitions(db)).map((partition) => [partition.number, partition]))
  const { first, last } = await searchable(db)
  const found: Unindexed[] = []
  for (let number = partitionOf(first); number <= partitionOf(last); number++) {
    const end = Math.min((number + 1) * PARTITION_IDS - 1, last)
    const after = partitions.get(number)?.indexedUpto ?? number * PARTITION_IDS - 1
    if (after < end) found.push({ number, isNew: !partitions.has(number), after, end })
  }
  return found
}

/** Those below were given up with their partitions; the few that are left there are looked through. */
const STARTS_AT = 'search_starts_at'

async function searchable(db: Queryable): Promise<{ first: number; last: number }> {
  const row = await db.get<{ first: number | null; last: number | null; from: string | null }>(sql`
    select (select min(id) from episode) as first, (select max(id) from episode) as last,
      (select value from fact where name = ${STARTS_AT}) as "from"`)
  return { first: Math.max(row?.first ?? 1, Number(row?.from ?? 0)), last: row?.last ?? 0 }
}

async function createPartition(tx: Tx, number: number): Promise<void> {
  const table = raw(indexTable(number))
  await tx.run(sql`
    create virtual table ${table} using fts5(terms, content = '', detail = none, columnsize = 0,
      tokenize = "ascii tokenchars '_-.:/=^%@'")`)
  await tx.run(sql`create virtual table ${raw(termsTable(number))} using fts5vocab(${table}, row)`)
  await tx.run(sql`
    insert into search_partition (number, indexed_upto, merged) values (${number}, ${number * PARTITION_IDS - 1}, 0)`)
}

/** The statement is put together once for all rows of a batch. */
function termsInto(partition: number): (id: number, terms: string) => Query {
  const { sql: text, text: numbered } = sql`
    insert into ${raw(indexTable(partition))} (rowid, terms) values (cast(${0} as integer), ${''})`
  return (id, terms) => ({ sql: text, text: numbered, values: [id, terms] })
}

/** Makes an episode that is in the index already findable by its new teams too; the old ones find it still. */
export async function indexTeams(tx: Tx, id: number, teams: readonly string[]): Promise<void> {
  const partition = partitionOf(id)
  const row = await tx.get<{ indexed_upto: number }>(
    sql`select indexed_upto from search_partition where number = ${partition}`,
  )
  if (row === undefined || row.indexed_upto < id) return
  await tx.run(termsInto(partition)(id, teams.map(teamTerm).join(' ')))
}

/**
 * One step towards the smallest form of a partition that nothing more comes to: a quarter smaller, and read up to four
 * times faster. False when there is none.
 */
export async function mergePartition(tx: Tx): Promise<boolean> {
  const { last } = await searchable(tx)
  const row = await tx.get<{ number: number }>(sql`
    select number from search_partition
    where merged = 0 and number < ${partitionOf(last)} and indexed_upto >= (number + 1) * ${PARTITION_IDS} - 1
    order by number limit 1`)
  if (row === undefined) return false
  const table = raw(indexTable(row.number))
  const before = await changes(tx)
  await tx.run(sql`insert into ${table} (${table}, rank) values ('merge', ${raw(String(-MERGE_PAGES))})`)
  // https://www.sqlite.org/fts5.html#the_merge_command: a difference below 2 means that there was nothing to do.
  if ((await changes(tx)) - before < 2) {
    await tx.run(sql`update search_partition set merged = 1 where number = ${row.number}`)
  }
  return true
}

async function changes(tx: Tx): Promise<number> {
  return (await tx.get<{ n: number }>(sql`select total_changes() as n`))?.n ?? 0
}

/** Drops one partition that holds no id from `id` on; false when there is none. What is left there is found row by row. */
export async function dropPartitionBelow(tx: Tx, id: number): Promise<boolean> {
  const row = await tx.get<{ number: number }>(sql`
    select number from search_partition where (number + 1) * ${PARTITION_IDS} <= ${id} order by number limit 1`)
  if (row === undefined) return false
  await dropPartition(tx, row.number)
  const start = String((row.number + 1) * PARTITION_IDS)
  await tx.run(sql`
    insert into fact (name, value) values (${STARTS_AT}, ${start})
    on conflict (name) do update set value = excluded.value`)
  return true
}

async function dropPartition(tx: Tx, number: number): Promise<void> {
  await tx.run(sql`drop table if exists ${raw(termsTable(number))}`)
  await tx.run(sql`drop table if exists ${raw(indexTable(number))}`)
  await tx.run(sql`delete from search_partition where number = ${number}`)
}

/**
 * On start: forgets partitions whose table is gone and drops tables that no partition has, so that what is missing is
 * indexed anew; and whatever the index holds beyond the last episode, since its ids will be given again.
 */
export async function repairPartitions(tx: Tx): Promise<void> {
  const tables = await tx.all<{ name: string }>(sql`
    select name from sqlite_schema where type = 'table' and sql like 'create virtual table%' and
      (name like 'episode_fts_%' or name like 'episode_terms_%')`)
  const names = new Set(tables.map(({ name }) => name))
  const known = new Set((await searchPartitions(tx)).map(({ number }) => number))
  const stored = [...names].map((name) => Number(name.slice(name.lastIndexOf('_') + 1)))
  const { last } = await searchable(tx)
  for (const number of known.union(new Set(stored))) {
    const isWhole = known.has(number) && names.has(indexTable(number)) && names.has(termsTable(number))
    if (!isWhole || number > partitionOf(last)) await dropPartition(tx, number)
  }
  await tx.run(sql`update search_partition set indexed_upto = ${last}, merged = 0 where indexed_upto > ${last}`)
}
