/** Follows heartbeats: what a request said of them, which of them are overdue, and which are expected at all. */
import type { Tx } from '../db/database.ts'
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { clear, raise } from '../meta-alert/raise.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Watcher } from '../workers.ts'
import type { HeartbeatInForce } from './expected.ts'
import type { Heard } from './heard.ts'
import { arm, type HeartbeatEvent, rearm, step } from './heartbeat.ts'
import { missingAlert, missingLabels } from './missing.ts'

type Parts = Pick<Pipeline, 'store' | 'routing'>

/** What a request said counts in its own transaction: no beat is answered 2xx and forgotten. */
export async function followHeard(p: Parts, tx: Tx, heard: Heard): Promise<void> {
  const missing: MetaAlert[] = []
  for (const [inForce, event] of heard.events()) missing.push(...(await follow(p, tx, inForce, event)))
  await raise(p, tx, missing)
}

/** Overdue by more than this, it was us who were away: stopped, suspended, or unable to write. */
const AWAY_MS = 60_000

/**
 * Looks for heartbeats that are overdue. Its first run after a start, and the first under new documents, also lets the
 * documents' heartbeats be expected and the others be forgotten. At a start, and when we were away, each is granted its
 * whole time again.
 */
export function heartbeatWatcher(p: Pipeline): Watcher {
  let epoch: string | null = null
  let everyMs: ReadonlyMap<string, number> = new Map()
  const run = async () => {
    const routing = p.routing()
    const now = p.db.now()
    const dueAt = p.store.heartbeats.nextDueAt() ?? now + 1
    const wereAway = dueAt < now - AWAY_MS
    if (wereAway || routing.epoch !== epoch) {
      await p.db.transaction((tx) => followDocuments(p, tx, wereAway ? new Map() : everyMs))
      epoch = routing.epoch
      everyMs = new Map(routing.expected.all.map((inForce) => [keyOf(inForce), inForce.heartbeat.everyMs]))
    } else if (dueAt <= now) {
      await p.db.transaction((tx) => lookAtAll(p, tx))
    }
    return nextLook(p, now)
  }
  return { name: 'watching heartbeats', run }
}

/** What is missing comes back without a word to this loop: so look within its time, or its next silence goes unseen. */
function nextLook({ store, routing }: Parts, now: number): number | null {
  const missed = [...store.heartbeats.every()].filter(({ state }) => state.missing).map(keyOfStored)
  const returns = routing().expected.all.filter((inForce) => missed.includes(keyOf(inForce)))
  const dueAt = store.heartbeats.nextDueAt()
  const looks = [...(dueAt === null ? [] : [dueAt]), ...returns.map(({ heartbeat }) => now + heartbeat.everyMs)]
  return looks.length === 0 ? null : Math.min(...looks)
}

/** Returns what is to be raised. */
async function follow(p: Parts, tx: Tx, inForce: HeartbeatInForce, event: HeartbeatEvent): Promise<MetaAlert[]> {
  const { team, heartbeat } = inForce
  const { name, everyMs } = heartbeat
  const before = (await p.store.heartbeats.get(tx, team, name)) ?? arm(tx.now, everyMs)
  const { state, became } = step(before, event, tx.now, everyMs)
  if (state !== before) await p.store.heartbeats.save(tx, { team, name, state })
  if (became === 'present') await forgive(p, tx, team, name)
  return became === 'missing' ? [missingAlert(inForce, before, event === 'ended' ? 'ended' : 'silence')] : []
}

async function lookAtAll(p: Parts, tx: Tx): Promise<void> {
  const missing: MetaAlert[] = []
  for (const inForce of p.routing().expected.all) missing.push(...(await follow(p, tx, inForce, 'look')))
  await raise(p, tx, missing)
}

/** `everyMs`: by heartbeat, the pace at which this process expected it until now. */
async function followDocuments(p: Parts, tx: Tx, everyMs: ReadonlyMap<string, number>): Promise<void> {
  const { heartbeats } = p.store
  const expected = new Map(p.routing().expected.all.map((inForce) => [keyOf(inForce), inForce]))
  for (const { team, name, state } of [...heartbeats.every()]) {
    if (expected.has(keyOfStored({ team, name }))) continue
    if (state.missing) await forgive(p, tx, team, name)
    await heartbeats.remove(tx, { team, name })
  }
  for (const [key, { team, heartbeat }] of expected) {
    const { name } = heartbeat
    const before = await heartbeats.get(tx, team, name)
    if (before !== undefined && everyMs.get(key) === heartbeat.everyMs) continue
    const state = before === undefined ? arm(tx.now, heartbeat.everyMs) : rearm(before, tx.now, heartbeat.everyMs)
    if (state !== before) await heartbeats.save(tx, { team, name, state })
  }
}

function forgive(p: Parts, tx: Tx, team: string, name: string): Promise<void> {
  return clear(p, tx, [{ labels: missingLabels(team, name), annotations: {} }])
}

function keyOfStored({ team, name }: { readonly team: string; readonly name: string }): string {
  return keyOf({ team, heartbeat: { name } })
}

function keyOf({ team, heartbeat: { name } }: { team: string; heartbeat: { name: string } }): string {
  return `${team}\n${name}`
}
