/** Heartbeats on a real pipeline: what arms, beats, ends and clears them, and what a failure or a crash leaves. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { everyHeartbeat } from '../../src/heartbeat/store.ts'
import { heartbeatWatcher } from '../../src/heartbeat/watch.ts'
import { CommitFails, type Rig, rigOn } from '../rig.ts'
import { stores, type TestedStore } from '../stores.ts'

const MINUTE = 60_000
const watchdog = { alertname: 'Watchdog', cluster: 'a' }

function ops(heartbeats: string): string {
  return `
team: ops
receivers:
  - name: chat
    slack_configs: [{ api_url: env:OPS_SLACK_URL }]
  - name: pager
    webhook_configs: [{ url: env:OPS_WEBHOOK_URL }]
route: { receiver: chat, group_by: [alertname], group_wait: 0s }
heartbeats: [${heartbeats}]
`
}

const expecting = ops(`{ name: a, matchers: ['alertname="Watchdog"'], every: 5m, receiver: pager }`)

async function watched(store: TestedStore, document = expecting) {
  const rig = await rigOn(store)
  await rig.documents({ ops: document })
  const watcher = heartbeatWatcher(rig.pipeline)
  const look = watcher.run
  const dueAt = await look()
  return { rig, look, dueAt }
}

function beat(rig: Rig): Promise<unknown> {
  return rig.post({ labels: watchdog, startsAt: 1_000 })
}

async function told(rig: Rig): Promise<string[]> {
  await rig.flush()
  const messages = await rig.deliverAll()
  return messages.map(
    ({ receiver, status, alerts }) => `${receiver} ${status} ${alerts.map((a) => a.labels.alertname)}`,
  )
}

function states(rig: Rig) {
  return everyHeartbeat(rig.db.reader)
}

describe.each(stores)('$name: a heartbeat', (store) => {
  it('is expected from the document on, and one that never comes is told of', async () => {
    const { rig, look, dueAt } = await watched(store)
    expect(dueAt).toBe(rig.clock.now() + 5 * MINUTE)
    await rig.advance(5 * MINUTE - 1)
    expect(await look()).toBe(dueAt)
    expect(await told(rig)).toEqual([])
    await rig.advance(1)
    // Missing, it comes back by a beat, which this look is not told of: so it looks again within its time.
    expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
    expect(await states(rig)).toMatchObject([{ team: 'ops', name: 'a', state: { beatAt: null, missing: true } }])
  })

  it('is not routed, and its episode says why', async () => {
    const { rig } = await watched(store)
    await beat(rig)
    expect(await told(rig)).toEqual([])
    const [episode] = [...rig.store.episodes.everyLive()]
    expect(episode).toMatchObject({ status: 'open', teams: ['default'], memberships: [] })
    expect(await rig.db.reader.all(sql`select note, detail from episode_note`)).toEqual([
      { note: 'heartbeat', detail: '{"team":"ops","heartbeat":"a","everyMs":300000,"routed":false}' },
    ])
  })

  it('is put off by each beat', async () => {
    const { rig, look } = await watched(store)
    for (let n = 0; n < 3; n++) {
      await rig.advance(4 * MINUTE)
      await beat(rig)
      expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
    }
    expect(await told(rig)).toEqual([])
    expect(await states(rig)).toMatchObject([{ state: { beatAt: rig.clock.now(), missing: false } }])
  })

  it('is missing at once when its alert is over', async () => {
    const { rig } = await watched(store)
    await beat(rig)
    await rig.advance(MINUTE)
    await rig.post({ labels: watchdog, startsAt: 1_000, endsAt: 2_000 })
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
  })

  it('is back with the next beat, even one that is a late duplicate of the life that ended', async () => {
    const { rig, look } = await watched(store)
    await beat(rig)
    await rig.post({ labels: watchdog, startsAt: 1_000, endsAt: 2_000 })
    await told(rig)
    await rig.advance(MINUTE)
    expect(await beat(rig)).toMatchObject({ opened: 0, repeated: 1 })
    expect(await told(rig)).toEqual(['pager resolved HeartbeatMissing'])
    expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
  })

  it('comes back within the transaction of the beat, or not at all', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    await look()
    await told(rig)
    await rig.advance(MINUTE)
    rig.failing = true
    await expect(beat(rig)).rejects.toThrow(CommitFails)
    rig.failing = false
    expect(rig.store.heartbeats.countMissing()).toBe(1)
    expect(await told(rig)).toEqual([])
    await beat(rig)
    expect(rig.store.heartbeats.countMissing()).toBe(0)
    expect(await told(rig)).toEqual(['pager resolved HeartbeatMissing'])
  })

  it('is declared missing by the next look when the first one could not be written', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    rig.failing = true
    await expect(look()).rejects.toThrow(CommitFails)
    rig.failing = false
    expect(await states(rig)).toMatchObject([{ state: { missing: false } }])
    await look()
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
  })

  it('is told of once, however often somebody looks', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    for (let n = 0; n < 5; n++) await look()
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
    await rig.advance(59 * MINUTE)
    await look()
    expect(await told(rig)).toEqual([])
  })

  it('may come and go within a millisecond', async () => {
    const { rig } = await watched(store)
    const end = () => rig.post({ labels: watchdog, startsAt: 1_000, endsAt: 2_000 })
    for (let n = 0; n < 3; n++) {
      await rig.post({ labels: watchdog, startsAt: 3_000 * n + 1_000 })
      await rig.post({ labels: watchdog, startsAt: 3_000 * n + 1_000, endsAt: 3_000 * n + 2_000 })
    }
    expect(rig.store.heartbeats.countMissing()).toBe(1)
    await rig.post({ labels: watchdog, startsAt: 10_000 })
    expect(rig.store.heartbeats.countMissing()).toBe(0)
    const open = [...rig.store.episodes.everyLive()].filter(({ status }) => status === 'open')
    expect(open.map(({ labelsText }) => JSON.parse(labelsText).alertname)).toEqual(['Watchdog'])
    await end()
    expect(rig.store.heartbeats.countMissing(), 'an end of long ago').toBe(0)
  })

  it('is no alert that the router raises itself', async () => {
    const greedy = ops(`{ name: all, matchers: ['severity="critical"'], every: 5m, receiver: pager }`)
    const { rig, look } = await watched(store, greedy)
    await rig.advance(5 * MINUTE)
    await look()
    await look()
    expect(rig.store.heartbeats.countMissing()).toBe(1)
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
  })
})

describe.each(stores)('$name: after a crash', (store) => {
  async function crash(rig: Rig) {
    await rig.db.transaction((tx) => rig.store.load(tx, true))
    rig.schedule()
    return heartbeatWatcher(rig.pipeline).run
  }

  it('nothing is declared missing before it had its whole time', async () => {
    const { rig } = await watched(store)
    await beat(rig)
    await rig.advance(60 * MINUTE)
    const look = await crash(rig)
    expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
    await rig.advance(5 * MINUTE - 1)
    await look()
    expect(await told(rig)).toEqual([])
    await rig.advance(1)
    await look()
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
  })

  it('what is missing stays so, is not told twice, and comes back', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    await look()
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
    const again = await crash(rig)
    expect(await again()).toBe(rig.clock.now() + 5 * MINUTE)
    expect(await told(rig)).toEqual([])
    await rig.advance(MINUTE)
    await beat(rig)
    expect(await told(rig)).toEqual(['pager resolved HeartbeatMissing'])
  })

  it('the same when we were only stopped for a while, or could not write', async () => {
    const { rig, look } = await watched(store)
    await beat(rig)
    await rig.advance(6 * MINUTE + 1)
    expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
    await rig.advance(6 * MINUTE)
    await look()
    expect(await told(rig)).toEqual(['pager firing HeartbeatMissing'])
  })

  it('the time that was granted is in the table: a rollback right after takes none of it', async () => {
    const { rig } = await watched(store)
    await rig.advance(60 * MINUTE)
    const look = await crash(rig)
    await look()
    rig.failing = true
    await expect(beat(rig)).rejects.toThrow(CommitFails)
    rig.failing = false
    expect(await look()).toBe(rig.clock.now() + 5 * MINUTE)
  })
})

describe.each(stores)('$name: under new documents', (store) => {
  it('one that is gone is forgotten, and what was told of it is resolved', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    await look()
    await told(rig)
    await rig.advance(MINUTE)
    await rig.documents({ ops: ops('') })
    expect(await look()).toBeNull()
    expect(await told(rig)).toEqual(['pager resolved HeartbeatMissing'])
    expect(await states(rig)).toEqual([])
  })

  it('the same when the whole team is gone', async () => {
    const { rig, look } = await watched(store)
    await rig.advance(5 * MINUTE)
    await look()
    await told(rig)
    await rig.documents({})
    await look()
    expect(await told(rig)).toEqual(['pager resolved HeartbeatMissing'])
    expect(await states(rig)).toEqual([])
  })

  it('one that is expected at another pace has its new time from then on, the others keep theirs', async () => {
    const other = `{ name: b, matchers: ['alertname="Other"'], every: 5m, receiver: pager }`
    const a = (every: string) => `{ name: a, matchers: ['alertname="Watchdog"'], every: ${every}, receiver: pager }`
    const { rig, look } = await watched(store, ops(`${a('5m')}, ${other}`))
    const begun = rig.clock.now()
    await rig.advance(4 * MINUTE)
    await rig.documents({ ops: ops(`${a('10m')}, ${other}`) })
    expect(await look()).toBe(begun + 5 * MINUTE)
    expect(await states(rig)).toMatchObject([
      { name: 'a', state: { dueAt: begun + 14 * MINUTE } },
      { name: 'b', state: { dueAt: begun + 5 * MINUTE } },
    ])
  })

  it('an alert that becomes a heartbeat leaves its groups, and whoever was told of it hears of its end', async () => {
    const { rig } = await watched(store, ops(''))
    await beat(rig)
    expect(await told(rig)).toEqual(['everybody firing Watchdog'])
    await rig.documents({ ops: expecting })
    const notes = await rig.db.reader.all<{ note: string }>(sql`select note from episode_note order by n`)
    expect(notes.map(({ note }) => note)).toEqual(['rerouted', 'heartbeat'])
    await beat(rig)
    expect(await told(rig)).toEqual([])
    await rig.advance(MINUTE)
    await rig.post({ labels: watchdog, startsAt: 1_000, endsAt: 2_000 })
    expect((await told(rig)).sort()).toEqual(['everybody resolved Watchdog', 'pager firing HeartbeatMissing'])
  })

  it('one that is no heartbeat any more is routed as any other', async () => {
    const { rig } = await watched(store)
    await beat(rig)
    expect(await told(rig)).toEqual([])
    await rig.documents({ ops: ops('') })
    expect(await told(rig)).toEqual(['everybody firing Watchdog'])
  })
})
