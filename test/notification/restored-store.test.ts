/** What people hear from a database that was restored, by what was pending in its backup. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { leaveNumbersOut, withdrawPending } from '../../src/notification/restored-store.ts'
import { type Posted, type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'

const HOUR_MS = 3_600_000

describe.each(stores)('$name', (store) => {
  async function opened() {
    const rig = await rigOn(store)
    await rig.documents({})
    return { rig, alert: { labels: { alertname: 'Down' }, startsAt: rig.clock.now() } }
  }

  /** The database is the backup, hours later, and a router starts on it. */
  async function restore(rig: Rig): Promise<void> {
    for (const sending of rig.sending) rig.sending.delete(sending)
    await rig.advance(8 * HOUR_MS)
    await rig.db.transaction(async (tx) => {
      await leaveNumbersOut(tx, 'restored')
      await withdrawPending(tx, 'restored')
    })
    await rig.db.transaction((tx) => rig.store.load(tx, true))
    rig.schedule()
  }

  const reasons = async (rig: Rig, ms: number) => (await rig.after(ms)).map(({ reason }) => reason)
  const resolved = (alert: Posted, rig: Rig) => ({ ...alert, endsAt: rig.clock.now() })

  it('does not tell again what was about to be told, but repeats it if it still fires', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.flush()
    await restore(rig)
    expect(await reasons(rig, 4 * HOUR_MS - 1)).toEqual([])
    expect(await reasons(rig, 1)).toEqual(['repeat'])
  })

  it('does not repeat at once what was due hours ago', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.deliverAll()
    await restore(rig)
    expect(await reasons(rig, 4 * HOUR_MS - 1)).toEqual([])
    expect(await reasons(rig, 1)).toEqual(['repeat'])
  })

  it('tells the end of what may have been told since', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.flush()
    await restore(rig)
    await rig.post(resolved(alert, rig))
    expect(await reasons(rig, 60_000)).toEqual(['all-resolved'])
  })

  it('tells an end that was owed: nobody is hurt by hearing it twice', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.deliverAll()
    await rig.advance(60_000)
    await rig.post(resolved(alert, rig))
    await rig.flush()
    expect(rig.store.outbox.countPending()).toBe(1)
    await restore(rig)
    expect(await reasons(rig, 60_000)).toEqual(['all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('tells only the end of what came and went before it could be told', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.flush()
    await rig.advance(60_000)
    await rig.post(resolved(alert, rig))
    await rig.flush()
    await restore(rig)
    expect(await reasons(rig, 8 * HOUR_MS)).toEqual(['all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('tells news of a group whose last message was taken back', async () => {
    const { rig, alert } = await opened()
    const another = { labels: { alertname: 'Down', instance: 'b' }, startsAt: 1 }
    await rig.post(alert)
    await rig.flush()
    await restore(rig)
    await rig.post(another)
    const [message, ...more] = await rig.after(60_000)
    expect(more).toEqual([])
    expect(message).toMatchObject({ reason: 'new-alerts', counts: { firing: 2, newlyFiring: 1 } })
  })

  it('keeps why in the notification, and calls an attempt that was under way unknown', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    await rig.claim()
    await restore(rig)
    const { reader } = rig.db
    expect(
      await reader.get(sql`select state, superseded_by, settled_at, late_because from notification where id = 1`),
    ).toEqual({
      state: 'superseded',
      superseded_by: null,
      settled_at: rig.clock.now(),
      late_because: 'restored',
    })
    expect(await reader.get(sql`select outcome, detail from attempt`)).toEqual({
      outcome: 'unknown',
      detail: 'restored',
    })
  })

  it('gives numbers that no receiver can have seen from the router that went on after the backup', async () => {
    const { rig, alert } = await opened()
    await rig.post(alert)
    const [before] = await rig.deliverAll()
    await restore(rig)
    await rig.post({ labels: { alertname: 'Other' }, startsAt: rig.clock.now() }, resolved(alert, rig))
    const after = await rig.after(60_000)
    const [old, fresh] = ['Down', 'Other'].map((name) =>
      after.find(({ groupLabels }) => groupLabels.alertname === name),
    )
    expect(old?.conversationKey).toBe(before?.conversationKey)
    expect(old?.notificationId).toBeGreaterThan(1_000_000_000)
    expect(fresh?.groupId).toBeGreaterThan(1_000_000_000)
    expect(fresh?.notificationId).toBeGreaterThan(1_000_000_000)
  })

  it('has nothing to do in a database that never sent anything', async () => {
    const rig = await rigOn(store)
    await restore(rig)
    expect(await rig.db.reader.get(sql`select count(*) as n from alert_group`)).toEqual({ n: 0 })
  })
})
