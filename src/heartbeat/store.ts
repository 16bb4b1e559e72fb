/** Heartbeats in SQL, all of them in memory too: they are few, and every alert of one asks. */
import sql from 'sql-template-tag'
import type { Queryable, Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'
import type { HeartbeatState } from './heartbeat.ts'

/** The state of one heartbeat, named by its team's document. */
export interface StoredHeartbeat {
  readonly team: string
  readonly name: string
  readonly state: HeartbeatState
}

export class HeartbeatStore {
  private readonly states = new Map<string, StoredHeartbeat>()

  async load(db: Queryable): Promise<void> {
    this.states.clear()
    for (const stored of await everyHeartbeat(db)) this.states.set(keyOf(stored), stored)
  }

  async get(_tx: Tx, team: string, name: string): Promise<HeartbeatState | undefined> {
    return this.known(team, name)
  }

  /** As of now, outside a transaction. */
  known(team: string, name: string): HeartbeatState | undefined {
    return this.states.get(keyOf({ team, name }))?.state
  }

  async save(tx: Tx, stored: StoredHeartbeat): Promise<void> {
    const { team, name, state } = stored
    this.states.set(keyOf(stored), { team, name, state })
    await tx.run(fixed`
      insert into heartbeat (team, name, beat_at, due_at, missing)
      values (${team}, ${name}, ${state.beatAt}, ${state.dueAt}, ${state.missing ? 1 : 0})
      on conflict (team, name) do update set beat_at = excluded.beat_at, due_at = excluded.due_at,
        missing = excluded.missing`)
  }

  async remove(tx: Tx, { team, name }: Pick<StoredHeartbeat, 'team' | 'name'>): Promise<void> {
    this.states.delete(keyOf({ team, name }))
    await tx.run(sql`delete from heartbeat where team = ${team} and name = ${name}`)
  }

  every(): Iterable<StoredHeartbeat> {
    return this.states.values()
  }

  countMissing(): number {
    let count = 0
    for (const { state } of this.states.values()) if (state.missing) count++
    return count
  }

  /** When the next one counts as missing unless it comes before, epoch ms; null when none is waited for. */
  nextDueAt(): number | null {
    let next: number | null = null
    for (const { state } of this.states.values()) {
      if (!state.missing && (next === null || state.dueAt < next)) next = state.dueAt
    }
    return next
  }
}

/** By team and name. */
export async function everyHeartbeat(db: Queryable): Promise<StoredHeartbeat[]> {
  const rows = await db.all<{
    team: string
    name: string
    beat_at: number | null
    due_at: number
    missing: number
  }>(sql`
    select team, name, beat_at, due_at, missing from heartbeat order by team, name`)
  return rows.map(({ team, name, beat_at, due_at, missing }) => ({
    team,
    name,
    state: { beatAt: beat_at, dueAt: due_at, missing: missing === 1 },
  }))
}

/** A team's name holds no line break. */
function keyOf({ team, name }: Pick<StoredHeartbeat, 'team' | 'name'>): string {
  return `${team}\n${name}`
}
