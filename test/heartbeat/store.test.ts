/** Heartbeats on every store: what is in memory is what a fresh process reads. */
import { describe, expect, it } from 'vitest'
import { everyHeartbeat, HeartbeatStore, type StoredHeartbeat } from '../../src/heartbeat/store.ts'
import { openForTest, stores, undone } from '../stores.ts'

const a: StoredHeartbeat = { team: 'ops', name: 'a', state: { beatAt: null, dueAt: 500, missing: false } }
const b: StoredHeartbeat = { team: 'ops', name: 'b\'\n"', state: { beatAt: 100, dueAt: 400, missing: false } }
const c: StoredHeartbeat = { team: 'web', name: 'a', state: { beatAt: 100, dueAt: 200, missing: true } }

describe.each(stores)('$name', (store) => {
  async function filled() {
    const { db } = await openForTest(store)
    const heartbeats = new HeartbeatStore()
    await db.transaction(async (tx) => {
      for (const one of [a, b, c]) await heartbeats.save(tx, one)
    })
    return { db, heartbeats }
  }

  it('keeps states by team and name', async () => {
    const { db, heartbeats } = await filled()
    expect(await everyHeartbeat(db.reader)).toEqual([a, b, c])
    expect([...heartbeats.every()]).toEqual([a, b, c])
    expect(heartbeats.known('ops', 'a')).toEqual(a.state)
    expect(heartbeats.known('web', 'b')).toBeUndefined()
    const fresh = new HeartbeatStore()
    await fresh.load(db.reader)
    expect([...fresh.every()]).toEqual([a, b, c])
  })

  it('writes the last state, and none that was removed', async () => {
    const { db, heartbeats } = await filled()
    const later = { ...a, state: { beatAt: 600, dueAt: 900, missing: true } }
    await db.transaction(async (tx) => {
      await heartbeats.save(tx, later)
      await heartbeats.remove(tx, b)
    })
    expect(await everyHeartbeat(db.reader)).toEqual([later, c])
    expect([...heartbeats.every()]).toEqual([later, c])
  })

  it('knows what is missing and when the next one will be', async () => {
    const { db, heartbeats } = await filled()
    expect(heartbeats.countMissing()).toBe(1)
    expect(heartbeats.nextDueAt(), 'what is missing is not waited for').toBe(400)
    await db.transaction(async (tx) => {
      await heartbeats.remove(tx, a)
      await heartbeats.remove(tx, b)
    })
    expect(heartbeats.nextDueAt()).toBeNull()
  })

  it('forgets with a load what a transaction that failed had saved', async () => {
    const { db, heartbeats } = await filled()
    db.onRollback((tx) => heartbeats.load(tx))
    await undone(db, (tx) => heartbeats.remove(tx, a))
    expect([...heartbeats.every()]).toEqual([a, b, c])
  })
})
