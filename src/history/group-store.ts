/** Group lives as history reads them: rows, watermarks, members, and why flushes said nothing. */
import sql, { empty, join } from 'sql-template-tag'
import { type Labels, labelsFromText } from '../alert/labels.ts'
import type { Queryable } from '../db/database.ts'
import { type Membership, membershipsFromText } from '../group/membership.ts'
import type { GroupState } from '../group/state.ts'
import { type GroupRow, stateFromRow, type ToldRow, toldFromRow } from '../group/store.ts'
import { type Told, toldNothing } from '../group/told.ts'
import type { NoReason } from '../notification/reason.ts'
import type { TeamScope } from '../team/scope.ts'

/** One group life as committed. `state` is complete but for `seq`; a pending notification counts as live and not held. */
export interface GroupFacts {
  readonly id: number
  readonly team: string
  readonly routeId: string
  readonly labels: Labels
  /** A destination that is never told of it; null for all but meta-alerts. */
  readonly about: number | null
  readonly versionId: number
  readonly openedAt: number
  readonly endedAt: number | null
  readonly state: GroupState
}

interface StoredGroup extends GroupRow {
  ended_at: number | null
}

/** Living groups of `team` (null: any) as far as they are of `teams`, newest first. */
export async function livingGroupIds(
  db: Queryable,
  { team, teams }: { readonly team: string | null; readonly teams: TeamScope },
  below: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    select id from alert_group
    where ended_at is null and id < ${below} ${team === null ? empty : sql`and team = ${team}`}
      ${teams === null ? empty : sql`and team in (${join([...teams])})`}
    order by id desc limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** By id, the highest first. */
export async function groupsByIds(db: Queryable, ids: readonly number[]): Promise<Map<number, GroupFacts>> {
  if (ids.length === 0) return new Map()
  const rows = await db.all<StoredGroup>(sql`
    select id, team, route_id, labels, about, version_id, opened_at, ended_at, flushed_seq, changed_at, urgent,
      last_flush_at
    from alert_group where id in (${join([...ids])}) order by id desc`)
  const told = await toldOf(db, ids)
  return new Map(rows.map((row) => [row.id, fromRow(row, told.get(row.id) ?? new Map())]))
}

function fromRow(row: StoredGroup, told: ReadonlyMap<number, Told>): GroupFacts {
  return {
    id: row.id,
    team: row.team,
    routeId: row.route_id,
    labels: labelsFromText(row.labels),
    about: row.about,
    versionId: row.version_id,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    state: stateFromRow(row, told),
  }
}

/** Watermarks by group and destination. */
async function toldOf(db: Queryable, groupIds: readonly number[]): Promise<Map<number, Map<number, Told>>> {
  const found = new Map<number, Map<number, Told>>(groupIds.map((id) => [id, new Map()]))
  const watermarks = await db.all<ToldRow>(sql`
    select group_id, destination_id, firing_upto, resolved_upto, dead_upto, told_at, repeat_from, fallback_for
    from told where group_id in (${join([...groupIds])})`)
  for (const row of watermarks) found.get(row.group_id)?.set(row.destination_id, toldFromRow(row))
  const pending = await db.all<{
    id: number
    group_id: number
    destination_id: number
    upto: number
    news: number
    in_doubt: number
  }>(sql`
    select id, group_id, destination_id, upto, news, in_doubt from notification
    where state = 'pending' and group_id in (${join([...groupIds])})`)
  for (const { id, group_id, destination_id, upto, news, in_doubt } of pending) {
    const told = found.get(group_id)?.get(destination_id) ?? toldNothing
    const live = { id, upto, news: news === 1, held: in_doubt === 1 }
    found.get(group_id)?.set(destination_id, { ...told, live })
  }
  return found
}

/** A page of live episodes, each with its places in groups: what the members of living groups are counted from. */
export async function liveMemberships(
  db: Queryable,
  afterId: number,
  limit: number,
): Promise<{ readonly id: number; readonly memberships: Membership[] }[]> {
  const rows = await db.all<{ id: number; memberships: string }>(sql`
    select id, memberships from episode where state <> 'closed' and id > ${afterId} order by id limit ${limit}`)
  return rows.map(({ id, memberships }) => ({ id, memberships: membershipsFromText(id, memberships) }))
}

/** Why flushes of a group said nothing to a destination. */
export interface NoReasonFacts {
  readonly groupId: number
  readonly destinationId: number
  readonly noReason: NoReason
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
}

export async function noReasonsOf(db: Queryable, groupIds: readonly number[]): Promise<NoReasonFacts[]> {
  if (groupIds.length === 0) return []
  const rows = await db.all<{
    group_id: number
    destination_id: number
    no_reason: NoReason
    first_at: number
    last_at: number
    count: number
  }>(sql`
    select group_id, destination_id, no_reason, first_at, last_at, count
    from no_reason where group_id in (${join([...groupIds])}) order by first_at, destination_id`)
  return rows.map((row) => ({
    groupId: row.group_id,
    destinationId: row.destination_id,
    noReason: row.no_reason,
    firstAt: row.first_at,
    lastAt: row.last_at,
    count: row.count,
  }))
}
