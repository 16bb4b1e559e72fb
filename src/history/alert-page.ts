/** Finds a page of alerts: what the database can check it checks, matchers of every kind are tried on what is left. */
import type { Queryable } from '../db/database.ts'
import { type Matcher, matchesAll } from '../route/matcher.ts'
import {
  type AlertFilter,
  type AlertRow,
  alertCandidates,
  alertChunk,
  alertRows,
  type Candidate,
  firstIdSince,
} from './alert-store.ts'
import { walkDown } from './paging.ts'

/** All of it must hold. Times are epoch ms of receipt, `since` included, `until` not. */
export interface AlertQuery {
  readonly status: AlertFilter['status']
  readonly team: string | null
  readonly matchers: readonly Matcher[]
  readonly since: number | null
  readonly until: number | null
  /** The page begins below this id. */
  readonly below: number
  readonly limit: number
}

export async function alertPage(
  db: Queryable,
  query: AlertQuery,
): Promise<{ alerts: AlertRow[]; below: number | null }> {
  const { status, team, matchers, since, until, limit } = query
  const floor = since === null ? 0 : await firstIdSince(db, since)
  const below = until === null ? query.below : Math.min(query.below, await firstIdSince(db, until))
  const equal = matchers.filter(({ op, value }) => op === '=' && value !== '')
  const page = await walkDown<Candidate>(
    {
      chunk: (under, size) => alertChunk(db, status, floor, under, size),
      find: (low, under) => alertCandidates(db, { status, team, equal }, low, under),
      accepts: ({ labels, teams }) => matchesAll(matchers, labels) && (team === null || teams.includes(team)),
    },
    below,
    limit,
  )
  return { alerts: await alertRows(db, page.ids), below: page.below }
}
