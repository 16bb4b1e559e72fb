/** Notifications, their attempts and their destinations in SQL: the durable half of the outbox. */
import sql from 'sql-template-tag'
import type { Severity } from '../alert/severity.ts'
import type { ChannelName, Outcome, Reason, Receipt } from '../channel/channel.ts'
import type { Queryable, Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'
import type { Snapshot } from './snapshot.ts'

/** (team, receiver, channel, configured reference): never a position, never a secret's value. */
export interface Destination {
  readonly id: number
  readonly team: string
  readonly receiver: string
  readonly channel: ChannelName
  readonly reference: string
  /** The last document that held it: where its settings are read when the present one does not. */
  versionId: number
  /** Failed attempts in a row. */
  failures: number
  /** No attempt before this, epoch ms: backoff or Retry-After. */
  notBefore: number
  leaseOwner: string | null
  leaseUntil: number
  /** Grows with each change of owner; a settle under an older fence is discarded. */
  fence: number
}

/** A notification that is neither delivered, superseded nor dead. */
export interface PendingNotification {
  readonly id: number
  readonly groupId: number
  readonly destinationId: number
  readonly versionId: number
  readonly reason: Reason
  readonly news: boolean
  readonly upto: number
  readonly snapshot: Snapshot
  readonly createdAt: number
  /** The destination that could not be reached and in whose stead this one is told. */
  readonly insteadOf: number | null
  /** The worst among the alerts that it shows. */
  readonly severity: Severity
  /** When the receiver's fallback is told instead, unless this gets through before; null once it was. Epoch ms. */
  fallbackAt: number | null
  /** When it becomes a dead letter, epoch ms; null for one that was written before there were deadlines. */
  readonly giveUpAt: number | null
  attempts: number
  /** An attempt may have arrived. */
  inDoubt: boolean
  lateBecause: string | null
}

export interface NewNotification extends Omit<PendingNotification, 'id' | 'attempts' | 'inDoubt'> {
  /** The destination's watermarks when this was decided: what the message counts as news. */
  readonly fromFiring: number
  readonly fromResolved: number
}

interface DestinationRow {
  id: number
  team: string
  receiver: string
  channel: ChannelName
  reference: string
  version_id: number
  failures: number
  not_before: number
  lease_owner: string | null
  lease_until: number
  fence: number
}

interface NotificationRow {
  id: number
  group_id: number
  destination_id: number
  version_id: number
  reason: Reason
  news: number
  upto: number
  snapshot: string
  in_doubt: number
  created_at: number
  late_because: string | null
  severity: Severity | ''
  fallback_at: number | null
  give_up_at: number | null
  instead_of: number | null
  attempts: number
}

export async function insertDestination(
  tx: Tx,
  d: Pick<Destination, 'team' | 'receiver' | 'channel' | 'reference' | 'versionId'>,
): Promise<number> {
  const { id } = await tx.run(sql`
    insert into destination (team, receiver, channel, reference, version_id, failures, not_before, lease_until, fence)
    values (${d.team}, ${d.receiver}, ${d.channel}, ${d.reference}, ${d.versionId}, 0, 0, 0, 0)`)
  return id
}

export async function updateDestination(tx: Tx, d: Destination): Promise<void> {
  await tx.run(fixed`
    update destination set version_id = ${d.versionId}, failures = ${d.failures}, not_before = ${d.notBefore},
      lease_owner = ${d.leaseOwner}, lease_until = ${d.leaseUntil}, fence = ${d.fence}
    where id = ${d.id}`)
}

export async function allDestinations(db: Queryable): Promise<Destination[]> {
  const rows = await db.all<DestinationRow>(sql`select * from destination order by id`)
  return rows.map((row) => ({
    id: row.id,
    team: row.team,
    receiver: row.receiver,
    channel: row.channel,
    reference: row.reference,
    versionId: row.version_id,
    failures: row.failures,
    notBefore: row.not_before,
    leaseOwner: row.lease_owner,
    leaseUntil: row.lease_until,
    fence: row.fence,
  }))
}

export async function insertNotification(tx: Tx, n: NewNotification): Promise<number> {
  const { id } = await tx.run(fixed`
    insert into notification (group_id, destination_id, version_id, reason, news, from_firing, from_resolved, upto,
      snapshot, state, in_doubt, created_at, late_because, severity, fallback_at, give_up_at,
      instead_of)
    values (${n.groupId}, ${n.destinationId}, ${n.versionId}, ${n.reason}, ${n.news ? 1 : 0}, ${n.fromFiring},
      ${n.fromResolved}, ${n.upto}, ${JSON.stringify(n.snapshot)}, 'pending', 0, ${n.createdAt}, ${n.lateBecause},
      ${n.severity}, ${n.fallbackAt}, ${n.giveUpAt}, ${n.insteadOf})`)
  return id
}

/** `by` is the newer notification, or null when there is nothing left to say. */
export async function supersedeNotification(tx: Tx, id: number, by: number | null): Promise<void> {
  await tx.run(fixed`
    update notification set state = 'superseded', settled_at = ${tx.now}, superseded_by = ${by} where id = ${id}`)
}

export async function insertAttempt(tx: Tx, notificationId: number, n: number, fence: number): Promise<void> {
  await tx.run(fixed`
    insert into attempt (notification_id, n, fence, started_at)
    values (${notificationId}, ${n}, ${fence}, ${tx.now})`)
}

export async function finishAttempt(
  tx: Tx,
  notificationId: number,
  n: number,
  receipt: Pick<Receipt, 'outcome' | 'status' | 'detail'>,
  retryAt: number | null,
): Promise<void> {
  await tx.run(fixed`
    update attempt set finished_at = ${tx.now}, outcome = ${receipt.outcome}, status = ${receipt.status},
      detail = ${receipt.detail}, retry_at = ${retryAt}
    where notification_id = ${notificationId} and n = ${n}`)
}

/** Settles a notification for good, or keeps it pending with what the last attempt taught. */
export async function saveOutcome(
  tx: Tx,
  n: PendingNotification,
  state: 'pending' | 'delivered' | 'dead',
): Promise<void> {
  await tx.run(fixed`
    update notification set state = ${state}, in_doubt = ${n.inDoubt ? 1 : 0}, late_because = ${n.lateBecause},
      settled_at = ${state === 'pending' ? null : tx.now}, fallback_at = ${n.fallbackAt}
    where id = ${n.id}`)
}

/** Leases of a dead process hold nobody back any more; that something was sent until now stays known. */
export async function releaseLeases(tx: Tx): Promise<void> {
  await tx.run(sql`update destination set lease_until = ${tx.now} where lease_until > ${tx.now}`)
}

/** Attempts that a dead process left under way may have arrived: they are called unknown and their notifications in doubt. */
export async function callUnfinishedUnknown(tx: Tx): Promise<void> {
  await tx.run(sql`
    update notification set in_doubt = 1
    where state = 'pending' and exists (
      select 1 from attempt where attempt.notification_id = notification.id and attempt.outcome is null)`)
  const unknown: Outcome = 'unknown'
  await tx.run(sql`
    update attempt set outcome = ${unknown}, finished_at = ${tx.now},
      detail = 'the router stopped while this attempt was under way'
    where outcome is null and notification_id in (select id from notification where state = 'pending')`)
}

export async function pendingNotifications(db: Queryable): Promise<PendingNotification[]> {
  const rows = await db.all<NotificationRow>(sql`
    select id, group_id, destination_id, version_id, reason, news, upto, snapshot, in_doubt, created_at, late_because,
      severity, fallback_at, give_up_at, instead_of,
      (select count(*) from attempt where notification_id = notification.id) as attempts
    from notification where state = 'pending' order by id`)
  return rows.map((row) => ({
    id: row.id,
    groupId: row.group_id,
    destinationId: row.destination_id,
    versionId: row.version_id,
    reason: row.reason,
    news: row.news === 1,
    upto: row.upto,
    snapshot: JSON.parse(row.snapshot) as Snapshot,
    createdAt: row.created_at,
    severity: row.severity || 'warning',
    fallbackAt: row.fallback_at,
    giveUpAt: row.give_up_at,
    insteadOf: row.instead_of,
    attempts: row.attempts,
    inDoubt: row.in_doubt === 1,
    lateBecause: row.late_because,
  }))
}
