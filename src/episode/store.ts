/** Episodes in SQL: rows in and out. What is open or just closed is answered by the working set, from memory. */
import sql, { join } from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'
import { type Membership, membershipsFromText, membershipsText } from '../group/membership.ts'
import type { CloseReason, LastClose } from './episode.ts'

export type EpisodeStatus = 'open' | 'closing' | 'closed'

/** How the teams of an alert were found: by its label `team`, by what they own, by more than one of them, or not at all. */
export type Ownership = 'label' | 'owns' | 'contested' | 'default'

/** One firing -> resolved life of an alert. Times are epoch ms; labels and annotations are canonical JSON text. */
export interface Episode {
  readonly id: number
  readonly sourceId: number
  readonly fingerprint: string
  readonly labelsText: string
  annotationsText: string
  readonly generatorId: number
  startsAt: number
  latestStartAt: number
  endsAt: number | null
  status: EpisodeStatus
  closeReason: CloseReason | null
  readonly receivedAt: number
  lastSeenAt: number
  closedAt: number | null
  readonly reopened: boolean
  repeats: number
  teams: readonly string[]
  ownership: Ownership
  memberships: readonly Membership[]
  readonly openedBy: number | null
  closedBy: number | null
}

/** What is known of one alert now: its open episode and the close that late duplicates are held against. */
export interface AlertRecord {
  readonly sourceId: number
  readonly fingerprint: string
  /** The labels known under this key; null for an alert nobody knows yet. */
  labelsText: string | null
  open: Episode | null
  lastClose: LastClose | null
  /** The episode that `lastClose` is kept by, while it is live. */
  closed: Episode | null
}

interface EpisodeRow {
  id: number
  source_id: number
  fingerprint: string
  labels: string
  annotations: string
  generator_id: number
  starts_at: number
  latest_start_at: number
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
  memberships: string
  opened_by: number | null
  closed_by: number | null
}

/** Writes an episode as it is born, open; what only time can bring is left to `updateEpisode`. */
export function insertEpisode(tx: Tx, e: Episode): Promise<unknown> {
  return tx.run(fixed`
    insert into episode (id, source_id, fingerprint, labels, annotations, generator_id, starts_at, latest_start_at,
      state, received_at, last_seen_at, reopened, repeats, teams, ownership, memberships, opened_by)
    values (${e.id}, ${e.sourceId}, ${e.fingerprint}, ${e.labelsText}, ${e.annotationsText}, ${e.generatorId},
      ${e.startsAt}, ${e.latestStartAt}, 'open', ${e.receivedAt}, ${e.lastSeenAt}, ${e.reopened ? 1 : 0}, 0,
      ${teamsText(e.teams)}, ${e.ownership}, ${membershipsText(e.memberships)}, ${e.openedBy})`)
}

/** Writes whose the episode is after a new document said otherwise. */
export async function updateOwners(tx: Tx, { id, teams, ownership }: Episode): Promise<void> {
  await tx.run(sql`update episode set teams = ${teamsText(teams)}, ownership = ${ownership} where id = ${id}`)
}

const teamsTexts = new WeakMap<readonly string[], string>()

/** Nearly all episodes of a team share one list of teams. */
function teamsText(teams: readonly string[]): string {
  let text = teamsTexts.get(teams)
  if (text === undefined) {
    text = JSON.stringify(teams)
    teamsTexts.set(teams, text)
  }
  return text
}

export function updateEpisode(tx: Tx, e: Episode): Promise<unknown> {
  return tx.run(fixed`
    update episode set annotations = ${e.annotationsText}, starts_at = ${e.startsAt},
      latest_start_at = ${e.latestStartAt}, ends_at = ${e.endsAt}, state = ${e.status},
      close_reason = ${e.closeReason}, last_seen_at = ${e.lastSeenAt}, closed_at = ${e.closedAt},
      repeats = ${e.repeats}, memberships = ${membershipsText(e.memberships)}, closed_by = ${e.closedBy}
    where id = ${e.id}`)
}

/** Marks episodes that nobody waits for any more; they leave the partial index of live ones. */
export async function closeEpisodes(tx: Tx, ids: readonly number[]): Promise<void> {
  for (const id of ids) await tx.run(fixed`update episode set state = 'closed' where id = ${id}`)
}

/** Live episodes (open or closing) in id order, a page at a time. */
export async function liveEpisodes(db: Queryable, afterId: number, limit: number): Promise<Episode[]> {
  const rows = await db.all<EpisodeRow>(
    sql`select * from episode where state <> 'closed' and id > ${afterId} order by id limit ${limit}`,
  )
  return rows.map(fromRow)
}

export async function episodesByIds(db: Queryable, ids: readonly number[]): Promise<Episode[]> {
  if (ids.length === 0) return []
  const rows = await db.all<EpisodeRow>(sql`select * from episode where id in (${join([...ids])}) order by id`)
  return rows.map(fromRow)
}

export async function lastEpisodeId(db: Queryable): Promise<number> {
  const row = await db.get<{ id: number | null }>(sql`select max(id) as id from episode`)
  return row?.id ?? 0
}

/** A fact that no column of the episode can say; `n` counts up per episode. */
export async function addNote(tx: Tx, episodeId: number, note: EpisodeNote, detail: string): Promise<void> {
  await tx.run(sql`
    insert into episode_note (episode_id, n, at, note, detail)
    select ${episodeId}, coalesce(max(n), 0) + 1, ${tx.now}, ${note}, ${detail}
    from episode_note where episode_id = ${episodeId}`)
}

/**
 * `rerouted`: a new routing document moved it to other groups. `corrected`: its source said later how it had ended.
 * `heartbeat`: it belongs to one (heartbeat/note.ts).
 */
export type EpisodeNote = 'rerouted' | 'corrected' | 'heartbeat'

/** The detail of a `corrected` note: how the episode had been closed before. Times are epoch ms. */
export interface Corrected {
  readonly closeReason: CloseReason
  readonly endsAt: number | null
  readonly closedAt: number
}

export function correctedText({ closeReason, endsAt, closedAt }: Episode): string {
  return JSON.stringify({ closeReason, endsAt, closedAt })
}

function fromRow(row: EpisodeRow): Episode {
  return {
    id: row.id,
    sourceId: row.source_id,
    fingerprint: row.fingerprint,
    labelsText: row.labels,
    annotationsText: row.annotations,
    generatorId: row.generator_id,
    startsAt: row.starts_at,
    latestStartAt: row.latest_start_at,
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
    memberships: membershipsFromText(row.id, row.memberships),
    openedBy: row.opened_by,
    closedBy: row.closed_by,
  }
}
