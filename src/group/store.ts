/** Group lives in SQL: their timers, and how far each destination was told. */
import sql from 'sql-template-tag'
import type { Labels } from '../alert/labels.ts'
import { labelsFromText } from '../alert/labels.ts'
import type { Queryable, Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'
import type { NoReason } from '../notification/reason.ts'
import type { Membership } from './membership.ts'
import { type GroupState, newGroup } from './state.ts'
import type { Told } from './told.ts'

/** One life of (team, route, group labels): its state, and its members by episode id. */
export interface GroupLife {
  readonly id: number
  readonly team: string
  readonly routeId: string
  readonly labels: Labels
  readonly labelsText: string
  /** A destination that its alerts speak of, and that is never told of them; null for all but meta-alerts. */
  readonly about: number | null
  /** The team document it was last configured by. */
  versionId: number
  readonly openedAt: number
  state: GroupState
  readonly members: Map<number, Membership>
  /** False until the first save writes its row. */
  stored: boolean
}

export interface GroupKey {
  readonly team: string
  readonly routeId: string
  readonly labelsText: string
  readonly about: number | null
}

export function groupKeyText({ team, routeId, labelsText, about }: GroupKey): string {
  const key = `${team}\n${routeId}\n${labelsText}`
  return about === null ? key : `${key}\n${about}`
}

/** A group's row, as the working set and the history read it. */
export interface GroupRow {
  id: number
  team: string
  route_id: string
  labels: string
  about: number | null
  version_id: number
  opened_at: number
  flushed_seq: number
  changed_at: number | null
  urgent: number
  last_flush_at: number | null
}

export interface ToldRow {
  group_id: number
  destination_id: number
  firing_upto: number
  resolved_upto: number
  dead_upto: number
  told_at: number | null
  repeat_from: number | null
  fallback_for: number | null
}

export async function insertGroup(tx: Tx, group: GroupLife): Promise<void> {
  const { state } = group
  await tx.run(fixed`
    insert into alert_group (id, team, route_id, labels, about, version_id, opened_at, flushed_seq, changed_at, urgent,
      last_flush_at)
    values (${group.id}, ${group.team}, ${group.routeId}, ${group.labelsText}, ${group.about},
      ${group.versionId}, ${group.openedAt},
      ${state.flushedSeq}, ${state.changedAt}, ${state.urgent ? 1 : 0}, ${state.lastFlushAt})`)
}

export async function updateGroup(tx: Tx, group: GroupLife, endedAt: number | null): Promise<void> {
  const { state } = group
  await tx.run(fixed`
    update alert_group set version_id = ${group.versionId}, flushed_seq = ${state.flushedSeq},
      changed_at = ${state.changedAt}, urgent = ${state.urgent ? 1 : 0}, last_flush_at = ${state.lastFlushAt},
      ended_at = ${endedAt}
    where id = ${group.id}`)
}

/** Writes the watermarks of one destination; the notification under way is kept by its own row. */
export async function saveTold(tx: Tx, groupId: number, destinationId: number, told: Told): Promise<void> {
  await tx.run(fixed`
    insert into told (group_id, destination_id, firing_upto, resolved_upto, dead_upto, told_at, repeat_from, fallback_for)
    values (${groupId}, ${destinationId}, ${told.firingUpto}, ${told.resolvedUpto}, ${told.deadUpto}, ${told.toldAt},
      ${told.repeatFrom}, ${told.fallbackFor})
    on conflict (group_id, destination_id) do update set firing_upto = excluded.firing_upto,
      resolved_upto = excluded.resolved_upto, dead_upto = excluded.dead_upto, told_at = excluded.told_at,
      repeat_from = excluded.repeat_from, fallback_for = excluded.fallback_for`)
}

/** Notes why a flush said nothing; equal reasons collapse into first, last and a count. */
export async function recordNoReason(
  tx: Tx,
  groupId: number,
  destinationId: number,
  noReason: NoReason,
): Promise<void> {
  await tx.run(fixed`
    insert into no_reason (group_id, destination_id, no_reason, first_at, last_at, count)
    values (${groupId}, ${destinationId}, ${noReason}, ${tx.now}, ${tx.now}, 1)
    on conflict (group_id, destination_id, no_reason) do update set last_at = excluded.last_at,
      count = no_reason.count + 1`)
}

export async function lastGroupId(db: Queryable): Promise<number> {
  const row = await db.get<{ id: number | null }>(sql`select max(id) as id from alert_group`)
  return row?.id ?? 0
}

/** Every life that has not ended, without members and without what the outbox knows. */
export async function liveGroups(db: Queryable): Promise<GroupLife[]> {
  const rows = await db.all<GroupRow>(sql`
    select id, team, route_id, labels, about, version_id, opened_at, flushed_seq, changed_at, urgent, last_flush_at
    from alert_group where ended_at is null order by id`)
  const watermarks = await db.all<ToldRow>(sql`
    select told.group_id, destination_id, firing_upto, resolved_upto, dead_upto, told_at, repeat_from, fallback_for
    from told join alert_group on alert_group.id = told.group_id where alert_group.ended_at is null`)
  const byGroup = Map.groupBy(watermarks, (row) => row.group_id)
  return rows.map((row) => fromRow(row, byGroup.get(row.id) ?? []))
}

function fromRow(row: GroupRow, watermarks: readonly ToldRow[]): GroupLife {
  const told = new Map(watermarks.map((w) => [w.destination_id, toldFromRow(w)]))
  return {
    id: row.id,
    team: row.team,
    routeId: row.route_id,
    labels: labelsFromText(row.labels),
    labelsText: row.labels,
    about: row.about,
    versionId: row.version_id,
    openedAt: row.opened_at,
    state: stateFromRow(row, told),
    members: new Map(),
    stored: true,
  }
}

/** Complete but for `seq`, which only the members know. */
export function stateFromRow(row: GroupRow, told: ReadonlyMap<number, Told>): GroupState {
  return {
    ...newGroup,
    flushedSeq: row.flushed_seq,
    changedAt: row.changed_at,
    urgent: row.urgent === 1,
    lastFlushAt: row.last_flush_at,
    told,
  }
}

/** The watermarks; what is pending is the outbox's to tell. */
export function toldFromRow(row: ToldRow): Told {
  return {
    firingUpto: row.firing_upto,
    resolvedUpto: row.resolved_upto,
    deadUpto: row.dead_upto,
    toldAt: row.told_at,
    repeatFrom: row.repeat_from,
    fallbackFor: row.fallback_for,
    live: null,
  }
}
