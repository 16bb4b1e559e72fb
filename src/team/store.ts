/** Routing documents in SQL: every accepted version, and which one is in force per team. */
import sql from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'

/** One accepted document, never changed after. */
export interface TeamVersion {
  readonly id: number
  readonly team: string
  readonly document: string
  readonly file: string
  /** Epoch ms. */
  readonly acceptedAt: number
}

interface VersionRow {
  id: number
  team: string
  document: string
  file: string
  accepted_at: number
}

/** The version in force of each team that has one. */
export async function versionsInForce(db: Queryable): Promise<TeamVersion[]> {
  const rows = await db.all<VersionRow>(sql`
    select v.id, v.team, v.document, v.file, v.accepted_at
    from team join team_version v on v.id = team.version_id order by v.team`)
  return rows.map(fromRow)
}

export async function versionById(db: Queryable, id: number): Promise<TeamVersion | undefined> {
  const row = await db.get<VersionRow>(sql`
    select id, team, document, file, accepted_at from team_version where id = ${id}`)
  return row && fromRow(row)
}

/** Stores an accepted document and puts it in force. Returns its id. */
export async function acceptVersion(tx: Tx, version: Omit<TeamVersion, 'id' | 'acceptedAt'>): Promise<number> {
  const { id } = await tx.run(sql`
    insert into team_version (team, document, file, accepted_at)
    values (${version.team}, ${version.document}, ${version.file}, ${tx.now})`)
  await tx.run(sql`
    insert into team (name, version_id) values (${version.team}, ${id})
    on conflict (name) do update set version_id = excluded.version_id`)
  return id
}

/** The team's document is gone; its versions stay, because notifications and debts refer to them. */
export async function retireTeam(tx: Tx, team: string): Promise<void> {
  await tx.run(sql`update team set version_id = null where name = ${team}`)
}

/** Under which routing every open episode was last placed; null before the first start. */
export async function routedUnder(db: Queryable): Promise<string | null> {
  const row = await db.get<{ value: string }>(sql`select value from fact where name = 'routed_under'`)
  return row?.value ?? null
}

export async function saveRoutedUnder(tx: Tx, epoch: string): Promise<void> {
  await tx.run(sql`
    insert into fact (name, value) values ('routed_under', ${epoch})
    on conflict (name) do update set value = excluded.value`)
}

function fromRow(row: VersionRow): TeamVersion {
  return { id: row.id, team: row.team, document: row.document, file: row.file, acceptedAt: row.accepted_at }
}
