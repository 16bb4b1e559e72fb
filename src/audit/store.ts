/** What the self-audit counts in the tables: answered from partial indexes of what is alive, whatever the history holds. */
import sql from 'sql-template-tag'
import type { Queryable } from '../db/database.ts'
import type { Counts } from './checks.ts'

export async function countLiving(db: Queryable): Promise<Counts> {
  const row = await db.get<Counts>(sql`
    select (select count(*) from episode where state <> 'closed') as episodes,
      (select count(*) from alert_group where ended_at is null) as groups,
      (select count(*) from notification where state = 'pending') as notifications`)
  if (row === undefined) throw new Error('a select without a table answers one row')
  return row
}

/** Attempts of waiting notifications that began before `at` and have no outcome. */
export async function countOpenAttempts(db: Queryable, at: number): Promise<number> {
  const row = await db.get<{ count: number }>(sql`
    select count(*) as count from notification n join attempt a on a.notification_id = n.id
    where n.state = 'pending' and a.outcome is null and a.started_at < ${at}`)
  return row?.count ?? 0
}
