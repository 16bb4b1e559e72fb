/** What has to change in a database that comes from a backup: its outbox and its numbers are of another time. */
import sql from 'sql-template-tag'
import type { Outcome } from '../channel/channel.ts'
import type { Queryable, Tx } from '../db/database.ts'

/** Groups and notifications are numbered on from this far above: more than a router gives numbers between two backups. */
const NUMBERS_AHEAD = 1_000_000_000

/**
 * Takes back what was pending. It may long have arrived, as an attempt of unknown outcome may have: so its alerts count as
 * told firing, and whoever may know of one that is over is owed its end. The groups look at themselves at once and tell the
 * ends that they owe; what fires, here as in every other group, is repeated after repeat_interval counted from now.
 * Returns how many were taken back.
 */
export async function withdrawPending(tx: Tx, because: string): Promise<number> {
  const unknown: Outcome = 'unknown'
  await tx.run(sql`
    insert into told (group_id, destination_id, firing_upto, resolved_upto, dead_upto)
    select group_id, destination_id, 0, 0, 0 from notification where state = 'pending'
    on conflict (group_id, destination_id) do nothing`)
  const pending = await tx.all<{ group_id: number; destination_id: number; upto: number; news: number }>(sql`
    select group_id, destination_id, upto, news from notification where state = 'pending' order by id`)
  for (const { group_id, destination_id, upto, news } of pending) {
    if (news === 0) continue
    const of = sql`where group_id = ${group_id} and destination_id = ${destination_id}`
    await tx.run(sql`update told set firing_upto = ${upto} ${of} and firing_upto < ${upto}`)
    await tx.run(sql`update told set repeat_from = ${tx.now} ${of}`)
  }
  await tx.run(sql`update told set repeat_from = ${tx.now} where repeat_from is not null`)
  await tx.run(sql`
    update alert_group set changed_at = ${tx.now} where changed_at is null and ended_at is null
      and id in (select group_id from notification where state = 'pending')`)
  await tx.run(sql`
    update attempt set outcome = ${unknown}, finished_at = ${tx.now}, detail = ${because}
    where outcome is null and notification_id in (select id from notification where state = 'pending')`)
  const { changes } = await tx.run(sql`
    update notification set state = 'superseded', settled_at = ${tx.now}, superseded_by = null, late_because = ${because}
    where state = 'pending'`)
  return changes
}

/**
 * Leaves the numbers out that were given after the backup was made: receivers know groups and notifications by them, and
 * would take a new message for one that they have. A group that is over and a notification that is settled mark the place.
 */
export async function leaveNumbersOut(tx: Tx, because: string): Promise<void> {
  const version = await highest(tx, sql`select max(id) as id from team_version`)
  const destination = await highest(tx, sql`select max(id) as id from destination`)
  // Without either nothing was ever sent.
  if (version === null || destination === null) return
  const group = ((await highest(tx, sql`select max(id) as id from alert_group`)) ?? 0) + NUMBERS_AHEAD
  const notification = ((await highest(tx, sql`select max(id) as id from notification`)) ?? 0) + NUMBERS_AHEAD
  const snapshot = JSON.stringify({
    counts: { newlyFiring: 0, knownFiring: 0, newlyResolved: 0, missed: 0 },
    alerts: [],
  })
  await tx.run(sql`
    insert into alert_group (id, team, route_id, labels, version_id, opened_at, ended_at, flushed_seq, urgent)
    values (${group}, 'default', 'restored', '{}', ${version}, ${tx.now}, ${tx.now}, 0, 0)`)
  await tx.run(sql`
    insert into notification (id, group_id, destination_id, version_id, reason, news, from_firing, from_resolved, upto,
      snapshot, state, in_doubt, created_at, settled_at, late_because)
    values (${notification}, ${group}, ${destination}, ${version}, 'first', 0, 0, 0, 0, ${snapshot}, 'superseded', 0,
      ${tx.now}, ${tx.now}, ${because})`)
}

async function highest(db: Queryable, query: ReturnType<typeof sql>): Promise<number | null> {
  return (await db.get<{ id: number | null }>(query))?.id ?? null
}
