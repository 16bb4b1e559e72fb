/** Teams and the versions of their documents as history reads them. */
import sql, { empty } from 'sql-template-tag'
import type { Queryable } from '../db/database.ts'
import type { TeamVersion } from '../team/store.ts'

/** A team that had a document once; `version` is null when it has none any more. */
export interface TeamFacts {
  readonly name: string
  readonly version: TeamVersion | null
}

interface TeamRow {
  name: string
  id: number | null
  document: string
  file: string
  accepted_at: number
}

/** By name; with `name` only that team. */
export async function teamRows(db: Queryable, name: string | null = null): Promise<TeamFacts[]> {
  const rows = await db.all<TeamRow>(sql`
    select t.name, v.id, v.document, v.file, v.accepted_at
    from team t left join team_version v on v.id = t.version_id
    ${name === null ? empty : sql`where t.name = ${name}`} order by t.name`)
  return rows.map((row) => {
    const { id, document, file, accepted_at: acceptedAt } = row
    return { name: row.name, version: id === null ? null : { id, team: row.name, document, file, acceptedAt } }
  })
}

/** Versions of a team without their text, newest first. */
export async function versionRows(
  db: Queryable,
  team: string,
  below: number,
  limit: number,
): Promise<{ readonly id: number; readonly file: string; readonly acceptedAt: number }[]> {
  const rows = await db.all<{ id: number; file: string; accepted_at: number }>(sql`
    select id, file, accepted_at from team_version where team = ${team} and id < ${below} order by id desc limit ${limit}`)
  return rows.map(({ id, file, accepted_at }) => ({ id, file, acceptedAt: accepted_at }))
}
