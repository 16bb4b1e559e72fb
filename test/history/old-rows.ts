/** Rows as they lie about after a while: each as plain as can be, on a clock that counts days, for tests of retention. */
import sql, { raw } from 'sql-template-tag'
import type { Tx } from '../../src/db/database.ts'
import { indexEpisodes } from '../../src/history/search-index-store.ts'

/** How many days ago something was, such as `{ received: 100, closed: 95 }`; null for what has not come yet. */
type Ago = number | null

const DAY_MS = 24 * 3_600_000

/** Writes rows into an empty, migrated database: source 1, version 1 in force for team `default`, destination 1, generator 1. */
export class OldRows {
  #tx: Tx
  #id = 100

  private constructor(tx: Tx) {
    this.#tx = tx
  }

  static async begin(tx: Tx): Promise<OldRows> {
    const rows = new OldRows(tx)
    await tx.run(sql`insert into source (id, name) values (1, 'default')`)
    await tx.run(sql`insert into generator (id, url, used_at) values (1, 'http://prometheus', 0)`)
    await tx.run(sql`insert into team_version values (1, 'default', 'team: default', 'default.yml', 0)`)
    await tx.run(sql`insert into team values ('default', 1)`)
    await tx.run(sql`
      insert into destination (id, team, receiver, channel, reference, version_id, failures, not_before, lease_until, fence)
      values (1, 'default', 'chat', 'slack', 'env:URL', 1, 0, 0, 0, 0)`)
    return rows
  }

  /** Goes on in another transaction. */
  in(tx: Tx): this {
    this.#tx = tx
    return this
  }

  async episode(e: {
    state?: 'open' | 'closing' | 'closed'
    received?: number
    closed?: Ago
    groups?: readonly number[]
    version?: number
    generator?: number
    openedBy?: number
    closedBy?: number
  }): Promise<number> {
    const { state = 'closed', received = 100, closed = 95, groups = [], version = 1, generator = 1 } = e
    const memberships = JSON.stringify(groups.map((group) => [group, 1, closed === null ? null : 2, version, [], 0]))
    const id = ++this.#id
    await this.#tx.run(sql`
      insert into episode values (${id}, 1, ${`f${id}`}, '{}', '{}', ${generator}, 0, 0, ${this.#ago(closed)}, ${state},
        ${closed === null ? null : 'resolved'}, ${this.#ago(received)}, ${this.#ago(received)}, ${this.#ago(closed)},
        0, 0, '["default"]', 'default', ${memberships}, ${e.openedBy ?? null}, ${e.closedBy ?? null})`)
    return id
  }

  /** The next row gets this id. */
  skipTo(id: number): void {
    this.#id = id - 1
  }

  async note(episode: number): Promise<void> {
    await this.#tx.run(sql`insert into episode_note values (${episode}, 1, 0, 'rerouted', '{}')`)
  }

  /** With one told row and one no-reason. */
  async group(g: { opened?: number; ended?: Ago; version?: number } = {}): Promise<number> {
    const { opened = 100, ended = 95, version = 1 } = g
    const id = ++this.#id
    await this.#tx.run(sql`
      insert into alert_group (id, team, route_id, labels, version_id, opened_at, ended_at, flushed_seq, urgent)
      values (${id}, 'default', 'main', '{}', ${version}, ${this.#ago(opened)}, ${this.#ago(ended)}, 1, 0)`)
    await this.#tx.run(sql`
      insert into told (group_id, destination_id, firing_upto, resolved_upto, dead_upto) values (${id}, 1, 1, 1, 0)`)
    await this.#tx.run(sql`insert into no_reason values (${id}, 1, 'already-told', 0, 0, 1)`)
    return id
  }

  /** With one attempt. */
  async notification(n: {
    group: number
    state?: 'pending' | 'delivered' | 'superseded' | 'dead'
    settled?: Ago
    names?: readonly number[]
    /** Of closes up to this one its destination had been told. */
    toldBefore?: number
    by?: number
    version?: number
  }): Promise<number> {
    const { group, state = 'delivered', settled = 95, names = [], toldBefore = 0, by = null, version = 1 } = n
    const snapshot = JSON.stringify({ counts: {}, alerts: names.map((id) => [id, 'newlyFiring']) })
    const id = ++this.#id
    await this.#tx.run(sql`
      insert into notification (id, group_id, destination_id, version_id, reason, news, from_firing, from_resolved, upto,
        snapshot, state, in_doubt, created_at, settled_at, superseded_by)
      values (${id}, ${group}, 1, ${version}, 'first', 1, 0, ${toldBefore}, 1, ${snapshot}, ${state}, 0, ${this.#ago(settled ?? 95)},
        ${this.#ago(settled)}, ${by})`)
    await this.#tx.run(sql`insert into attempt (notification_id, n, fence, started_at) values (${id}, 1, 1, 0)`)
    return id
  }

  async request(received: number): Promise<number> {
    const id = ++this.#id
    await this.#tx.run(
      sql`insert into request values (${id}, 1, ${this.#ago(received)}, '', '', '', null, 0, 1, 0, 0, 0)`,
    )
    return id
  }

  async quarantined(received: number): Promise<number> {
    const id = ++this.#id
    await this.#tx.run(sql`insert into quarantine values (${id}, 1, ${this.#ago(received)}, 'unreadable', '{')`)
    return id
  }

  /** Null: never noted. */
  async generator(used: Ago): Promise<number> {
    const id = ++this.#id
    await this.#tx.run(sql`
      insert into generator (id, url, used_at) values (${id}, ${`http://prometheus/${id}`}, ${this.#ago(used) ?? 0})`)
    return id
  }

  /** In force if it is the last of its team, unless told otherwise. */
  async version(v: { accepted: number; team?: string; inForce?: boolean }): Promise<number> {
    const { accepted, team = 'default', inForce = true } = v
    const id = ++this.#id
    await this.#tx.run(sql`
      insert into team_version values (${id}, ${team}, 'team: ...', ${`${team}.yml`}, ${this.#ago(accepted)})`)
    await this.#tx.run(sql`
      insert into team values (${team}, ${inForce ? id : null})
      on conflict (name) do update set version_id = excluded.version_id`)
    return id
  }

  async destination(version: number): Promise<void> {
    await this.#tx.run(sql`
      insert into destination (team, receiver, channel, reference, version_id, failures, not_before, lease_until, fence)
      values ('default', 'gone', 'slack', 'env:GONE', ${version}, 0, 0, 0, 0)`)
  }

  /** Takes all episodes into the search index. */
  async index(): Promise<void> {
    while ((await indexEpisodes(this.#tx, 1_000)) > 0);
  }

  /** Young rows, so that none of those before is the newest of its table. */
  async today(): Promise<void> {
    const group = await this.group({ opened: 0, ended: null })
    await this.notification({ group, state: 'delivered', settled: 0 })
    await this.episode({ state: 'open', received: 0, closed: null, groups: [group], openedBy: await this.request(0) })
  }

  #ago(days: number): number
  #ago(days: Ago): number | null
  #ago(days: Ago): number | null {
    return days === null ? null : this.#tx.now - days * DAY_MS
  }
}

/** How many rows of `table` have this value in `column`. */
export async function count(tx: Tx, table: string, column: string, value: number): Promise<number> {
  const row = await tx.get<{ n: number }>(sql`select count(*) as n from ${raw(table)} where ${raw(column)} = ${value}`)
  return row?.n ?? 0
}
