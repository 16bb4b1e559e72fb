/** What is kept of a webhook request besides its alerts: the source, one row per request, generator links, and the quarantine. */
import sql, { join } from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'

/** One accepted webhook request, as it is remembered. */
export interface RequestRow {
  readonly sourceId: number
  readonly receiver: string
  readonly groupKey: string
  readonly externalUrl: string
  readonly notificationReason: string | null
  readonly truncated: number
  /** How many of its alerts opened an episode, closed one, changed nothing, could not be understood. */
  opened: number
  closed: number
  repeated: number
  quarantined: number
}

/** Most generator links remembered in memory; beyond that they are looked up. */
const GENERATORS_REMEMBERED = 10_000

/** A link is looked up, and its use noted, once in this time: so its last use is known to within it. */
export const GENERATOR_NOTED_EVERY_MS = 24 * 3_600_000

export class RequestStore {
  private sources = new Map<string, number>()
  private generators = new Map<string, { readonly id: number; readonly until: number }>()
  private lastRequestId = 0

  /** Forgets what a rolled-back transaction may have invented. */
  async load(db: Queryable): Promise<void> {
    this.sources.clear()
    this.generators.clear()
    const row = await db.get<{ id: number | null }>(sql`select max(id) as id from request`)
    this.lastRequestId = row?.id ?? 0
  }

  /** The id of a source by the name of its ingest token; made at first sight. */
  async sourceId(tx: Tx, name: string): Promise<number> {
    const known = this.sources.get(name)
    if (known !== undefined) return known
    await tx.run(sql`insert into source (name) values (${name}) on conflict (name) do nothing`)
    const row = await tx.get<{ id: number }>(sql`select id from source where name = ${name}`)
    if (row === undefined) throw new Error(`source ${name} vanished`)
    this.sources.set(name, row.id)
    return row.id
  }

  /** The id of a link met lately; undefined when only the table may know it. */
  knownGenerator(url: string, now: number): number | undefined {
    const known = this.generators.get(url)
    return known !== undefined && now < known.until ? known.id : undefined
  }

  /** generatorURL is one per alerting rule: a few hundred links for millions of episodes. */
  async generatorId(tx: Tx, url: string): Promise<number> {
    const stored = await tx.get<{ id: number }>(sql`select id from generator where url = ${url}`)
    if (stored !== undefined) await tx.run(sql`update generator set used_at = ${tx.now} where id = ${stored.id}`)
    const id = stored?.id ?? (await tx.run(sql`insert into generator (url, used_at) values (${url}, ${tx.now})`)).id
    if (this.generators.size >= GENERATORS_REMEMBERED) this.generators.clear()
    this.generators.set(url, { id, until: tx.now + GENERATOR_NOTED_EVERY_MS })
    return id
  }

  async generatorUrls(db: Queryable, ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map()
    const rows = await db.all<{ id: number; url: string }>(sql`
      select id, url from generator where id in (${join([...new Set(ids)])})`)
    return new Map(rows.map(({ id, url }) => [id, url]))
  }

  /** Where the sender of a request lives (`externalURL`), or '' when the request is not known. */
  async externalUrlOf(db: Queryable, requestId: number | null | undefined): Promise<string> {
    if (requestId == null) return ''
    const row = await db.get<{ external_url: string }>(sql`select external_url from request where id = ${requestId}`)
    return row?.external_url ?? ''
  }

  /** Dense ids in order of receipt; the row is written by `insertRequest` once its counts are known. */
  async nextRequestId(_tx: Tx): Promise<number> {
    return ++this.lastRequestId
  }

  async insertRequest(tx: Tx, id: number, request: RequestRow): Promise<void> {
    await tx.run(fixed`
      insert into request (id, source_id, received_at, receiver, group_key, external_url, notification_reason,
        truncated, opened, closed, repeated, quarantined)
      values (${id}, ${request.sourceId}, ${tx.now}, ${request.receiver}, ${request.groupKey}, ${request.externalUrl},
        ${request.notificationReason}, ${request.truncated}, ${request.opened}, ${request.closed}, ${request.repeated},
        ${request.quarantined})`)
  }

  async quarantine(tx: Tx, sourceId: number, reason: string, body: string): Promise<void> {
    await tx.run(sql`
      insert into quarantine (source_id, received_at, reason, body)
      values (${sourceId}, ${tx.now}, ${reason}, ${body})`)
  }
}

/** What was set aside, as it is shown. */
export interface QuarantineRow {
  readonly id: number
  readonly source: string
  readonly receivedAt: number
  readonly reason: string
  readonly body: string
}

/** Newest first, below an id. */
export async function quarantinePage(db: Queryable, below: number, limit: number): Promise<QuarantineRow[]> {
  return db.all<QuarantineRow>(sql`
    select quarantine.id, source.name as source, received_at as "receivedAt", reason, body
    from quarantine join source on source.id = quarantine.source_id
    where quarantine.id < ${below} order by quarantine.id desc limit ${limit}`)
}
