/** A page of alerts: the times of a query become ids, a search finds the page's, and their rows are read. */
import type { Queryable } from '../db/database.ts'
import { AlertSearch, type SearchQuery } from './alert-search.ts'
import { type AlertRow, alertRows, firstIdSince, idsEnd } from './alert-store.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Times are epoch ms of receipt, `since` included, `until` not. The page begins below the id `below`. */
export interface AlertQuery extends Omit<SearchQuery, 'floor'> {
  readonly since: number | null
  readonly until: number | null
}

export async function alertPage(
  db: Queryable,
  { since, until, ...query }: AlertQuery,
  vocabulary: Vocabulary,
): Promise<{ alerts: AlertRow[]; below: number | null }> {
  const floor = since === null ? 0 : await firstIdSince(db, since)
  const end = until === null ? await idsEnd(db) : await firstIdSince(db, until)
  const search = new AlertSearch(db, { ...query, floor, below: Math.min(query.below, end) }, vocabulary)
  const page = await search.page()
  return { alerts: await alertRows(db, page.ids), below: page.below }
}
