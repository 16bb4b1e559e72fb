/** Episodes as history reads them: pages by id, whole rows, and the requests that opened and closed them. */
import sql, { empty, join, type Sql } from 'sql-template-tag'
import { type Labels, labelsFromText } from '../alert/labels.ts'
import type { Queryable } from '../db/database.ts'
import type { CloseReason } from '../episode/episode.ts'
import type { EpisodeStatus, Ownership } from '../episode/store.ts'
import type { TeamScope } from '../team/scope.ts'
import type { Chunk } from './paging.ts'

/** One episode with its source and link. Times are epoch ms. */
export interface AlertRow {
  readonly id: number
  readonly source: string
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly generatorUrl: string
  readonly startsAt: number
  readonly endsAt: number | null
  readonly status: EpisodeStatus
  readonly closeReason: CloseReason | null
  readonly receivedAt: number
  readonly lastSeenAt: number
  readonly closedAt: number | null
  readonly reopened: boolean
  readonly repeats: number
  readonly teams: readonly string[]
  readonly ownership: Ownership
}

/** What the database checks of a filter; it may let a few too many through. */
export interface AlertFilter {
  readonly status: 'firing' | 'resolved' | null
  readonly team: string | null
  /** Of at least one of these. */
  readonly teams: TeamScope
  /** Name of the source it came by. */
  readonly source: string | null
  /** Labels that must have these values; no empty ones. */
  readonly equal: readonly { readonly name: string; readonly value: string }[]
}

/** One that may fit: what a page's filter is checked against. */
export interface Candidate {
  readonly id: number
  readonly labelsText: string
  /** A JSON list. */
  readonly teamsText: string
}

/** The next `size` episodes of this status below `below`, not under `floor`. */
export async function alertChunk(
  db: Queryable,
  status: AlertFilter['status'],
  floor: number,
  below: number,
  size: number,
): Promise<Chunk | null> {
  const row = await db.get<{ low: number | null; rows: number }>(sql`
    select min(id) as low, count(*) as rows from (
      select id from episode where id >= ${floor} and id < ${below} ${withStatus(status)}
      order by id desc limit ${size}) as stretch`)
  return row === undefined || row.low === null ? null : { low: row.low, rows: row.rows }
}

/** Those that may fit among the ids from `low` to below `below`, highest first. */
export function candidatesBetween(
  db: Queryable,
  filter: AlertFilter,
  low: number,
  below: number,
): Promise<Candidate[]> {
  return candidates(db, filter, sql`id >= ${low} and id < ${below}`)
}

/** Those that may fit among these ids, highest first; ids that are gone are left out. */
export async function candidatesAmong(
  db: Queryable,
  filter: AlertFilter,
  ids: readonly number[],
): Promise<Candidate[]> {
  const [first] = ids
  if (first === undefined) return []
  // Lists of few lengths: each text is prepared once.
  const padded = [...ids, ...Array<number>(2 ** Math.ceil(Math.log2(ids.length)) - ids.length).fill(first)]
  return candidates(db, filter, sql`id in (${join(padded)})`)
}

async function candidates(db: Queryable, filter: AlertFilter, among: Sql): Promise<Candidate[]> {
  if (filter.teams?.length === 0) return []
  const ofTeam = (name: string) => sql`teams like ${contains(JSON.stringify(name))} escape '!'`
  const team = filter.team === null ? empty : sql`and ${ofTeam(filter.team)}`
  const scope = filter.teams === null ? empty : sql`and (${join(filter.teams.map(ofTeam), ' or ')})`
  const source =
    filter.source === null ? empty : sql`and source_id = (select id from source where name = ${filter.source})`
  const labels = filter.equal.map(
    ({ name, value }) =>
      sql`and labels like ${contains(`${JSON.stringify(name)}:${JSON.stringify(value)}`)} escape '!'`,
  )
  return db.all<Candidate>(sql`
    select id, labels as labelsText, teams as teamsText from episode
    where ${among} ${withStatus(filter.status)} ${team} ${scope} ${source} ${labels.length ? join(labels, ' ') : empty}
    order by id desc`)
}

/** Said twice, so that the partial index of live episodes serves it: the firing ones are found without a scan. */
function withStatus(status: AlertFilter['status']): Sql {
  if (status === null) return empty
  return status === 'firing' ? sql`and state <> 'closed' and state = 'open'` : sql`and state <> 'open'`
}

/** In canonical JSON a quote inside a text is escaped, so `"name":"value"` is found as an entry only. */
function contains(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`
}

interface StoredAlert {
  id: number
  source: string
  fingerprint: string
  labels: string
  annotations: string
  generator_url: string
  starts_at: number
  ends_at: number | null
  state: EpisodeStatus
  close_reason: CloseReason | null
  received_at: number
  last_seen_at: number
  closed_at: number | null
  reopened: number
  repeats: number
  teams: string
  ownership: Ownership
}

/** The rows with these ids, highest first. */
export async function alertRows(db: Queryable, ids: readonly number[]): Promise<AlertRow[]> {
  if (ids.length === 0) return []
  const rows = await db.all<StoredAlert>(sql`
    select e.id, s.name as source, e.fingerprint, e.labels, e.annotations, g.url as generator_url, e.starts_at,
      e.ends_at, e.state, e.close_reason, e.received_at, e.last_seen_at, e.closed_at, e.reopened, e.repeats, e.teams,
      e.ownership
    from episode e join source s on s.id = e.source_id join generator g on g.id = e.generator_id
    where e.id in (${join([...ids])}) order by e.id desc`)
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    fingerprint: row.fingerprint,
    labels: labelsFromText(row.labels),
    annotations: labelsFromText(row.annotations),
    generatorUrl: row.generator_url,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    status: row.state,
    closeReason: row.close_reason,
    receivedAt: row.received_at,
    lastSeenAt: row.last_seen_at,
    closedAt: row.closed_at,
    reopened: row.reopened === 1,
    repeats: row.repeats,
    teams: JSON.parse(row.teams) as string[],
    ownership: row.ownership,
  }))
}

/**
 * The lowest id received at or after `at`, by bisection: ids are given in order of receipt and time has no index.
 * One above the highest id when nothing came since.
 */
export async function firstIdSince(db: Queryable, at: number): Promise<number> {
  let low = (await db.get<{ id: number | null }>(sql`select min(id) as id from episode`))?.id ?? 1
  let high = await idsEnd(db)
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = await db.get<{ id: number; received_at: number }>(
      sql`select id, received_at from episode where id >= ${middle} order by id limit 1`,
    )
    if (row === undefined || row.received_at >= at) high = middle
    else low = row.id + 1
  }
  return low
}

/** One above the highest id. */
export async function idsEnd(db: Queryable): Promise<number> {
  return ((await db.get<{ id: number | null }>(sql`select max(id) as id from episode`))?.id ?? 0) + 1
}

/** A webhook request that opened or closed an episode. */
export interface RequestFacts {
  readonly id: number
  readonly receivedAt: number
  readonly receiver: string
  readonly groupKey: string
  readonly externalUrl: string
  readonly notificationReason: string | null
  readonly truncated: number
}

export async function requestsByIds(db: Queryable, ids: readonly number[]): Promise<Map<number, RequestFacts>> {
  if (ids.length === 0) return new Map()
  const rows = await db.all<{
    id: number
    received_at: number
    receiver: string
    group_key: string
    external_url: string
    notification_reason: string | null
    truncated: number
  }>(sql`
    select id, received_at, receiver, group_key, external_url, notification_reason, truncated
    from request where id in (${join([...ids])})`)
  const facts = rows.map((row) => ({
    id: row.id,
    receivedAt: row.received_at,
    receiver: row.receiver,
    groupKey: row.group_key,
    externalUrl: row.external_url,
    notificationReason: row.notification_reason,
    truncated: row.truncated,
  }))
  return new Map(facts.map((request) => [request.id, request]))
}

/** A note of an episode; `detail` is JSON. */
export interface NoteFacts {
  readonly at: number
  readonly note: string
  readonly detail: string
}

export async function notesOf(db: Queryable, episodeId: number): Promise<NoteFacts[]> {
  return db.all<NoteFacts>(sql`
    select at, note, detail from episode_note where episode_id = ${episodeId} order by n`)
}
