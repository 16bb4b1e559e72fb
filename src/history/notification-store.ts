/** Notifications, attempts and destinations as history reads them. */
import sql, { empty, join, type Sql } from 'sql-template-tag'
import type { ChannelName, Outcome, Reason } from '../channel/channel.ts'
import type { Queryable } from '../db/database.ts'
import type { Snapshot } from '../notification/snapshot.ts'
import type { Chunk } from './paging.ts'

export const notificationStates = ['pending', 'delivered', 'superseded', 'dead'] as const
export type NotificationState = (typeof notificationStates)[number]

/** One notification as stored. Times are epoch ms. */
export interface NotificationFacts {
  readonly id: number
  readonly groupId: number
  readonly destinationId: number
  readonly versionId: number
  readonly reason: Reason
  readonly news: boolean
  readonly fromFiring: number
  readonly fromResolved: number
  readonly upto: number
  readonly snapshot: Snapshot
  readonly state: NotificationState
  readonly inDoubt: boolean
  readonly createdAt: number
  readonly settledAt: number | null
  readonly supersededBy: number | null
  readonly lateBecause: string | null
  readonly severity: string
  readonly fallbackAt: number | null
  readonly giveUpAt: number | null
  readonly insteadOf: number | null
}

export interface NotificationFilter {
  readonly state: NotificationState | null
  /** Null: any. */
  readonly destinations: readonly number[] | null
}

export async function notificationChunk(
  db: Queryable,
  state: NotificationState | null,
  below: number,
  size: number,
): Promise<Chunk | null> {
  const row = await db.get<{ low: number | null; rows: number }>(sql`
    select min(id) as low, count(*) as rows from (
      select id from notification where id < ${below} ${onlyPending(state)} order by id desc limit ${size}) as stretch`)
  return row === undefined || row.low === null ? null : { low: row.low, rows: row.rows }
}

export async function notificationIds(
  db: Queryable,
  { state, destinations }: NotificationFilter,
  low: number,
  below: number,
): Promise<{ id: number }[]> {
  if (destinations?.length === 0) return []
  return db.all<{ id: number }>(sql`
    select id from notification
    where id >= ${low} and id < ${below} ${state === null ? empty : sql`and state = ${state}`} ${onlyPending(state)}
      ${destinations === null ? empty : sql`and destination_id in (${join([...destinations])})`}
    order by id desc`)
}

/** Written out, so that the partial index of pending ones serves it. */
function onlyPending(state: NotificationState | null): Sql {
  return state === 'pending' ? sql`and state = 'pending'` : empty
}

interface StoredNotification {
  id: number
  group_id: number
  destination_id: number
  version_id: number
  reason: Reason
  news: number
  from_firing: number
  from_resolved: number
  upto: number
  snapshot: string
  state: NotificationState
  in_doubt: number
  created_at: number
  settled_at: number | null
  superseded_by: number | null
  late_because: string | null
  severity: string
  fallback_at: number | null
  give_up_at: number | null
  instead_of: number | null
}

const columns = sql`id, group_id, destination_id, version_id, reason, news, from_firing, from_resolved, upto, snapshot,
  state, in_doubt, created_at, settled_at, superseded_by, late_because, severity, fallback_at, give_up_at,
  instead_of`

/** The notifications with these ids, highest first. */
export async function notificationsByIds(db: Queryable, ids: readonly number[]): Promise<NotificationFacts[]> {
  if (ids.length === 0) return []
  const rows = await db.all<StoredNotification>(sql`
    select ${columns} from notification where id in (${join([...ids])}) order by id desc`)
  return rows.map(fromRow)
}

/** The newest `limit` notifications of a group that are of `since` or later and may speak of a member closed as `closed`. */
export async function notificationsAbout(
  db: Queryable,
  { groupId, closed }: { readonly groupId: number; readonly closed: number | null },
  since: number,
  limit: number,
): Promise<NotificationFacts[]> {
  const rows = await db.all<StoredNotification>(sql`
    select ${columns} from notification
    where group_id = ${groupId} and created_at >= ${since}
      ${closed === null ? empty : sql`and from_resolved < ${closed}`}
    order by id desc limit ${limit}`)
  return rows.map(fromRow)
}

function fromRow(row: StoredNotification): NotificationFacts {
  return {
    id: row.id,
    groupId: row.group_id,
    destinationId: row.destination_id,
    versionId: row.version_id,
    reason: row.reason,
    news: row.news === 1,
    fromFiring: row.from_firing,
    fromResolved: row.from_resolved,
    upto: row.upto,
    snapshot: JSON.parse(row.snapshot) as Snapshot,
    state: row.state,
    inDoubt: row.in_doubt === 1,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    supersededBy: row.superseded_by,
    lateBecause: row.late_because,
    severity: row.severity,
    fallbackAt: row.fallback_at,
    giveUpAt: row.give_up_at,
    insteadOf: row.instead_of,
  }
}

/** One attempt; outcome and finishedAt are null while it is under way. */
export interface AttemptFacts {
  readonly notificationId: number
  readonly n: number
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly outcome: Outcome | null
  readonly status: number | null
  readonly detail: string | null
  readonly retryAt: number | null
}

/** By notification, in order. */
export async function attemptsOf(db: Queryable, ids: readonly number[]): Promise<Map<number, AttemptFacts[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db.all<{
    notification_id: number
    n: number
    started_at: number
    finished_at: number | null
    outcome: Outcome | null
    status: number | null
    detail: string | null
    retry_at: number | null
  }>(sql`
    select notification_id, n, started_at, finished_at, outcome, status, detail, retry_at
    from attempt where notification_id in (${join([...ids])}) order by notification_id, n`)
  const facts = rows.map((row) => ({
    notificationId: row.notification_id,
    n: row.n,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    status: row.status,
    detail: row.detail,
    retryAt: row.retry_at,
  }))
  return Map.groupBy(facts, (attempt) => attempt.notificationId)
}

export async function attemptCounts(db: Queryable, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.all<{ id: number; attempts: number }>(sql`
    select notification_id as id, count(*) as attempts from attempt
    where notification_id in (${join([...ids])}) group by notification_id`)
  return new Map(rows.map(({ id, attempts }) => [id, attempts]))
}

/** A destination and when it may be tried next. */
export interface DestinationFacts {
  readonly id: number
  readonly team: string
  readonly receiver: string
  readonly channel: ChannelName
  /** As configured; show it masked (`toDestinationJson`). */
  readonly reference: string
  readonly failures: number
  readonly notBefore: number
}

/** Every destination ever configured: as few as the documents name. */
export async function everyDestination(db: Queryable): Promise<Map<number, DestinationFacts>> {
  const rows = await db.all<{
    id: number
    team: string
    receiver: string
    channel: ChannelName
    reference: string
    failures: number
    not_before: number
  }>(sql`select id, team, receiver, channel, reference, failures, not_before from destination order by id`)
  return new Map(rows.map(({ not_before, ...row }) => [row.id, { ...row, notBefore: not_before }]))
}
