/** What retention looks at and lets go of, in SQL: stretches of rows in id order, and deletes by id. */
import sql, { join, type Sql } from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'
import type { EpisodeStatus } from '../episode/store.ts'
import { type Membership, membershipsFromText } from '../group/membership.ts'
import type { Snapshot } from '../notification/snapshot.ts'
import type { NotificationState } from './notification-store.ts'

/** A row of a table whose ids rise with time. `at` is when it came (epoch ms). */
export interface Dated {
  readonly id: number
  readonly at: number
}

export interface EpisodeRefs extends Dated {
  readonly status: EpisodeStatus
  readonly closedAt: number | null
  readonly memberships: readonly Membership[]
  readonly generatorId: number
  readonly openedBy: number | null
  readonly closedBy: number | null
}

export async function episodesAfter(db: Queryable, after: number, limit: number): Promise<EpisodeRefs[]> {
  const rows = await db.all<{
    id: number
    received_at: number
    state: EpisodeStatus
    closed_at: number | null
    memberships: string
    generator_id: number
    opened_by: number | null
    closed_by: number | null
  }>(sql`
    select id, received_at, state, closed_at, memberships, generator_id, opened_by, closed_by
    from episode where id > ${after} order by id limit ${limit}`)
  return rows.map((row) => ({
    id: row.id,
    at: row.received_at,
    status: row.state,
    closedAt: row.closed_at,
    memberships: membershipsFromText(row.id, row.memberships),
    generatorId: row.generator_id,
    openedBy: row.opened_by,
    closedBy: row.closed_by,
  }))
}

export interface NotificationRefs extends Dated {
  readonly groupId: number
  readonly versionId: number
  readonly state: NotificationState
  readonly settledAt: number | null
  /** Of closes up to this one its destination had been told before. */
  readonly fromResolved: number
}

export async function notificationsAfter(db: Queryable, after: number, limit: number): Promise<NotificationRefs[]> {
  const rows = await db.all<{
    id: number
    created_at: number
    group_id: number
    version_id: number
    state: NotificationState
    settled_at: number | null
    from_resolved: number
  }>(sql`
    select id, created_at, group_id, version_id, state, settled_at, from_resolved
    from notification where id > ${after} order by id limit ${limit}`)
  return rows.map((row) => ({
    id: row.id,
    at: row.created_at,
    groupId: row.group_id,
    versionId: row.version_id,
    state: row.state,
    settledAt: row.settled_at,
    fromResolved: row.from_resolved,
  }))
}

export interface GroupRefs extends Dated {
  readonly endedAt: number | null
  readonly versionId: number
}

export async function groupsAfter(db: Queryable, after: number, limit: number): Promise<GroupRefs[]> {
  const rows = await db.all<{ id: number; opened_at: number; ended_at: number | null; version_id: number }>(sql`
    select id, opened_at, ended_at, version_id from alert_group where id > ${after} order by id limit ${limit}`)
  return rows.map((row) => ({ id: row.id, at: row.opened_at, endedAt: row.ended_at, versionId: row.version_id }))
}

export function requestsAfter(db: Queryable, after: number, limit: number): Promise<Dated[]> {
  return db.all<Dated>(sql`
    select id, received_at as at from request where id > ${after} order by id limit ${limit}`)
}

export function quarantinedAfter(db: Queryable, after: number, limit: number): Promise<Dated[]> {
  return db.all<Dated>(sql`
    select id, received_at as at from quarantine where id > ${after} order by id limit ${limit}`)
}

/** `at` is the last use that was noted; 0 if none ever was. */
export function generatorsAfter(db: Queryable, after: number, limit: number): Promise<Dated[]> {
  return db.all<Dated>(sql`select id, used_at as at from generator where id > ${after} order by id limit ${limit}`)
}

export interface VersionRefs extends Dated {
  readonly team: string
}

/** Every stored version, without its document. */
export function everyVersion(db: Queryable): Promise<VersionRefs[]> {
  return db.all<VersionRefs>(sql`select id, team, accepted_at as at from team_version order by id`)
}

/** Versions in force, and those where destinations find their settings. */
export async function versionsInUse(db: Queryable): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    select version_id as id from team where version_id is not null
    union select version_id from destination`)
  return rows.map(({ id }) => id)
}

/** The tables that give ids which others keep outside of foreign keys: the highest id must not be given again. */
type Numbered = 'episode' | 'notification' | 'alert_group' | 'request'

const highest: Readonly<Record<Numbered, Sql>> = {
  episode: sql`select max(id) as id from episode`,
  notification: sql`select max(id) as id from notification`,
  alert_group: sql`select max(id) as id from alert_group`,
  request: sql`select max(id) as id from request`,
}

export async function highestId(db: Queryable, table: Numbered): Promise<number> {
  const row = await db.get<{ id: number | null }>(highest[table])
  return row?.id ?? 0
}

/** A notification that is not over, and the episodes that it names. */
export interface Letter {
  readonly id: number
  readonly episodes: readonly number[]
}

/** Pending ones are few: at most one per living group and destination. */
export async function pendingLetters(db: Queryable, after: number, limit: number): Promise<Letter[]> {
  return letters(
    await db.all(sql`
      select id, snapshot from notification where state = 'pending' and id > ${after} order by id limit ${limit}`),
  )
}

export async function deadLetters(db: Queryable, after: number, limit: number): Promise<Letter[]> {
  return letters(
    await db.all(sql`
      select id, snapshot from notification where state = 'dead' and id > ${after} order by id limit ${limit}`),
  )
}

function letters(rows: { id: number; snapshot: string }[]): Letter[] {
  return rows.map(({ id, snapshot }) => ({
    id,
    episodes: (JSON.parse(snapshot) as Snapshot).alerts.map(([episodeId]) => episodeId),
  }))
}

/** How many rows of each table are gone. */
export type RowsDeleted = Readonly<Record<string, number>>

export async function deleteEpisodes(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  if (ids.length === 0) return {}
  const list = join([...ids])
  const notes = await tx.run(sql`delete from episode_note where episode_id in (${list})`)
  const episodes = await tx.run(sql`delete from episode where id in (${list}) and state = 'closed'`)
  return { episode_note: notes.changes, episode: episodes.changes }
}

/** With their attempts. What stays and was superseded by one of them no longer says by which. */
export async function deleteNotifications(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  if (ids.length === 0) return {}
  const list = join([...ids])
  const attempts = await tx.run(sql`delete from attempt where notification_id in (${list})`)
  await tx.run(sql`
    update notification set superseded_by = null where superseded_by in (${list}) and id not in (${list})`)
  const notifications = await tx.run(sql`delete from notification where id in (${list})`)
  return { attempt: attempts.changes, notification: notifications.changes }
}

/** Which of these groups still have notifications. */
export async function groupsWithNotifications(db: Queryable, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const rows = await db.all<{ id: number }>(sql`
    select distinct group_id as id from notification where group_id in (${join([...ids])})`)
  return new Set(rows.map(({ id }) => id))
}

/** With all that is known only of them; their notifications must have gone. */
export async function deleteGroups(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  if (ids.length === 0) return {}
  const list = join([...ids])
  const told = await tx.run(sql`delete from told where group_id in (${list})`)
  const noReasons = await tx.run(sql`delete from no_reason where group_id in (${list})`)
  const groups = await tx.run(sql`delete from alert_group where id in (${list}) and ended_at is not null`)
  return { told: told.changes, no_reason: noReasons.changes, alert_group: groups.changes }
}

export async function deleteRequests(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  if (ids.length === 0) return {}
  return { request: (await tx.run(sql`delete from request where id in (${join([...ids])})`)).changes }
}

export async function deleteQuarantined(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  if (ids.length === 0) return {}
  return { quarantine: (await tx.run(sql`delete from quarantine where id in (${join([...ids])})`)).changes }
}

/** Those of them that were not used since; the caller knows that before, no episode referred to any. */
export async function deleteGenerators(tx: Tx, ids: readonly number[], unusedSince: number): Promise<RowsDeleted> {
  const { changes } = await tx.run(sql`
    delete from generator where id in (${join([...ids])}) and used_at < ${unusedSince}`)
  return { generator: changes }
}

/** The caller knows that nothing refers to any of them. */
export async function deleteVersions(tx: Tx, ids: readonly number[]): Promise<RowsDeleted> {
  return { team_version: (await tx.run(sql`delete from team_version where id in (${join([...ids])})`)).changes }
}
