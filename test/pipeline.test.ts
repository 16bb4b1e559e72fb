/** The three verbs on every store: what one request does to episodes, groups and the outbox, and what is left when it fails. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { parseWebhook } from '../src/alert/webhook.ts'
import { type Attempted, deliver, ingest } from '../src/pipeline.ts'
import { CommitFails, defaultDocument, payload, type Rig, rigOn } from './rig.ts'
import { stores } from './stores.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const down = { alertname: 'Down' }
const slow = { alertname: 'Slow' }

/** Lets transactions and timers that are due have their turns of the event loop. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
}

function openEpisodes(rig: Rig) {
  return [...rig.store.episodes.everyLive()].filter(({ status }) => status === 'open')
}

function statesOf(rig: Rig): Promise<{ id: number; state: string }[]> {
  return rig.db.reader.all(sql`select id, state from notification order by id`)
}

describe.each(stores)('$name: one request', (store) => {
  it('is told within its own transaction when group_wait is 0', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    expect(await statesOf(rig)).toEqual([{ id: 1, state: 'pending' }])
    const [message, ...more] = await rig.deliverAll()
    expect(message).toMatchObject({ reason: 'first', status: 'firing', counts: { firing: 1, newlyFiring: 1 } })
    expect(more).toEqual([])
  })

  it('twice is one episode and one message', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const alert = { labels: down, startsAt: 1 }
    expect(await rig.post(alert)).toMatchObject({ opened: 1, repeated: 0 })
    expect(await rig.post(alert)).toMatchObject({ opened: 0, repeated: 1 })
    expect(openEpisodes(rig)).toHaveLength(1)
    expect(await rig.deliverAll()).toHaveLength(1)
    expect(await rig.post(alert)).toMatchObject({ opened: 0, repeated: 1 })
    expect(await rig.deliverAll()).toEqual([])
  })

  it('may hold the same alert twice', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const summary = await rig.post({ labels: down, startsAt: 5 }, { labels: down, startsAt: 3 })
    expect(summary).toMatchObject({ opened: 1, repeated: 1 })
    expect(openEpisodes(rig)).toMatchObject([{ startsAt: 3, latestStartAt: 5 }])
  })

  it('may hold the beginning and the end of one alert', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const summary = await rig.post({ labels: down, startsAt: 3 }, { labels: down, startsAt: 3, endsAt: 4 })
    expect(summary).toMatchObject({ opened: 1, closed: 1, lifetimesMs: [1] })
    expect(await rig.deliverAll(), 'it came and went inside one wait').toEqual([])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('keeps the good alerts when one cannot be understood', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const good = payload([
      { labels: down, startsAt: 1 },
      { labels: slow, startsAt: 1 },
    ])
    const alerts = good.alerts as object[]
    const body = { ...good, alerts: [alerts[0], { status: 'burning', labels: 7 }, alerts[1]] }
    const webhook = parseWebhook(body, rig.clock.now())
    if ('error' in webhook) throw new Error(webhook.error)
    expect(await ingest(rig.pipeline, 'default', webhook)).toMatchObject({ opened: 2, quarantined: 1 })
    const told = (await rig.deliverAll()).map(({ groupLabels }) => groupLabels.alertname)
    expect(told).toEqual(['Down', 'Slow', 'AlertRouterQuarantine'])
    const evidence = await rig.db.reader.all<{ body: string }>(sql`select body from quarantine`)
    expect(evidence.map(({ body }) => JSON.parse(body))).toEqual([{ status: 'burning', labels: 7 }])
  })

  it('may hold two label sets under one fingerprint: each is an alert of its own', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const fingerprint = 'shared'
    const both = [
      { labels: down, startsAt: 1, fingerprint },
      { labels: slow, startsAt: 1, fingerprint },
    ] as const
    expect(await rig.post(...both)).toMatchObject({ opened: 2, mismatched: 2 })
    expect(await rig.post(...both)).toMatchObject({ opened: 0, repeated: 2 })
    expect(await rig.deliverAll()).toHaveLength(2)
    await rig.post({ labels: slow, startsAt: 1, endsAt: 9, fingerprint })
    expect(openEpisodes(rig)).toMatchObject([{ labelsText: JSON.stringify(down) }])
  })

  it('of another source is about another alert', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.postAs('default', { labels: down, startsAt: 1 })
    expect(await rig.postAs('staging', { labels: down, startsAt: 1 })).toMatchObject({ opened: 1 })
    await rig.postAs('staging', { labels: down, startsAt: 1, endsAt: 2 })
    expect(openEpisodes(rig)).toHaveLength(1)
  })

  it('of which only the end is seen is history, and told to nobody', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const summary = await rig.post({ labels: down, startsAt: 1, endsAt: 2 })
    expect(summary).toMatchObject({ opened: 0, closed: 1, lifetimesMs: [1] })
    expect(await rig.after(MINUTE)).toEqual([])
    expect([...rig.store.episodes.everyLive()]).toMatchObject([{ status: 'closing', endsAt: 2, memberships: [] }])
  })

  it('that two teams own is told to both', async () => {
    const rig = await rigOn(store)
    const owns = (team: string, label: string) => `
team: ${team}
owns: ['${label}']
receivers: [{ name: room, slack_configs: [{ api_url: env:${team.toUpperCase()}_URL }] }]
route: { receiver: room, group_wait: 0s }
`
    await rig.documents({ web: owns('web', 'tier="front"'), ops: owns('ops', 'zone="eu"') })
    await rig.post({ labels: { ...down, tier: 'front', zone: 'eu' }, startsAt: 1 })
    expect((await rig.deliverAll()).map(({ team }) => team)).toEqual(['ops', 'web'])
    expect(openEpisodes(rig)).toMatchObject([{ ownership: 'contested', teams: ['ops', 'web'] }])
  })
})

describe.each(stores)('$name: a request that cannot be committed', (store) => {
  it('leaves nothing, and the next one finds everything as before', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    await rig.deliverAll()
    rig.failing = true
    const change = [
      { labels: down, startsAt: 1, endsAt: 5 },
      { labels: slow, startsAt: 5 },
    ] as const
    await expect(rig.post(...change)).rejects.toThrow(CommitFails)
    rig.failing = false
    expect(openEpisodes(rig)).toMatchObject([{ id: 1, labelsText: JSON.stringify(down) }])
    expect(rig.store.groups.count()).toBe(1)
    expect(await rig.post(...change)).toMatchObject({ opened: 1, closed: 1, lifetimesMs: [4] })
    const messages = await rig.after(MINUTE)
    expect(messages.map(({ reason, groupLabels }) => [reason, groupLabels.alertname])).toEqual([
      ['first', 'Slow'],
      ['all-resolved', 'Down'],
    ])
  })

  it('is refused as unavailable when the disk is full, and taken when there is room again', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const { pages } = (await rig.db.reader.get<{ pages: number }>(
      sql`select page_count as pages from pragma_page_count`,
    )) ?? { pages: 0 }
    const limit = (most: number) => rig.db.transaction((tx) => tx.all(sql([`pragma max_page_count = ${most}`])))
    await limit(pages)
    const many = Array.from({ length: 500 }, (_, n) => ({ labels: { ...down, n: `${n}` }, startsAt: 1 }))
    await expect(rig.post(...many)).rejects.toMatchObject({ code: 'unavailable' })
    expect([...rig.store.episodes.everyLive()]).toEqual([])
    expect(await rig.db.reader.all(sql`select id from request`)).toEqual([])
    await limit(1_000_000)
    expect(await rig.post(...many)).toMatchObject({ opened: 500 })
    expect(await rig.deliverAll()).toMatchObject([{ reason: 'first', counts: { firing: 500 } }])
  })
})

describe.each(stores)('$name: beside Alertmanager', (store) => {
  it('AM-D4: a message shows the whole group, and says what of it is new', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: { ...down, host: 'a' }, startsAt: 1 })
    await rig.deliverAll()
    await rig.post({ labels: { ...down, host: 'b' }, startsAt: 2 })
    const [message] = await rig.after(MINUTE)
    expect(message?.alerts.map(({ labels, change }) => [labels.host, change])).toEqual([
      ['b', 'new'],
      ['a', null],
    ])
  })

  it('AM-D4: changed annotations alone tell nobody', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1, annotations: { summary: '5 %' } })
    await rig.deliverAll()
    await rig.post({ labels: down, startsAt: 1, annotations: { summary: '9 %' } })
    expect(await rig.after(MINUTE)).toEqual([])
    expect(openEpisodes(rig)).toMatchObject([{ annotationsText: '{"summary":"9 %"}' }])
  })

  it.each([
    ['AM-D6: a repeat that is a multiple of group_interval does not slip a tick', '4h', 4 * HOUR],
    ['AM-D7: a repeat of 200 h repeats at 200 h, not at 120 h', '200h', 200 * HOUR],
  ])('%s', async (_, text, ms) => {
    const rig = await rigOn(store)
    await rig.documents({ default: `${defaultDocument}  repeat_interval: ${text}\n` })
    await rig.post({ labels: down, startsAt: 1 })
    await rig.deliverAll()
    expect(await rig.after(ms - 1)).toEqual([])
    expect(await rig.after(1)).toMatchObject([{ reason: 'repeat' }])
    expect(await rig.after(ms - 1)).toEqual([])
    expect(await rig.after(1)).toMatchObject([{ reason: 'repeat' }])
  })

  it('AM-D8: a destination that fails blocks nobody else', async () => {
    const rig = await rigOn(store)
    const second = "    webhook_configs: [{ url: 'https://hook.test/' }]\nroute:"
    await rig.documents({ default: defaultDocument.replace('route:', second) })
    await rig.post({ labels: { ...down, severity: 'warning' }, startsAt: 1 })
    const failing = (await rig.claim()).find(({ destination }) => destination.channel === 'slack')
    await failing?.end('transient', { retryAfterMs: 8 * MINUTE })
    expect(rig.sending.size, 'the webhook').toBe(1)
    for (const sending of [...rig.sending]) await sending.end('delivered')
    await rig.post({ labels: { ...down, severity: 'warning' }, startsAt: 1, endsAt: 9 })
    expect(await rig.after(MINUTE)).toMatchObject([{ reason: 'all-resolved' }])
    expect(await rig.after(8 * MINUTE), 'what Slack never heard of').toMatchObject([{ reason: 'missed' }])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('AM-D9: an alert whose end was withheld is told when it fires again', async () => {
    const rig = await rigOn(store)
    await rig.documents({ default: defaultDocument.replace('URL }', 'URL, send_resolved: false }') })
    await rig.post({ labels: down, startsAt: 1 })
    expect(await rig.deliverAll()).toMatchObject([{ reason: 'first' }])
    await rig.post({ labels: down, startsAt: 1, endsAt: 9 })
    expect(await rig.after(MINUTE)).toEqual([])
    await rig.post({ labels: down, startsAt: 10 })
    expect(await rig.deliverAll(), 'well within repeat_interval').toMatchObject([{ reason: 'first' }])
  })

  it('AM-D10: an alert that came and went while nothing got through is told as missed', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    const [attempt] = await rig.claim()
    await attempt?.end('permanent', { detail: '404 no_service' })
    await rig.post({ labels: down, startsAt: 1, endsAt: 9 })
    const messages = await rig.after(MINUTE)
    expect(messages).toMatchObject([
      { reason: 'missed', status: 'resolved', alerts: [{ change: 'missed', endsAt: 9 }] },
    ])
    expect(await statesOf(rig)).toEqual([
      { id: 1, state: 'dead' },
      { id: 2, state: 'delivered' },
    ])
  })
})

describe.each(stores)('$name: an attempt', (store) => {
  it('that a bug in a channel ends is a dead letter and an error, and blocks nobody', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 }, { labels: slow, startsAt: 1 })
    const [attempt] = await rig.claim()
    const attempted = await attempt?.fail(new TypeError('labels.forEach is not a function'))
    expect(attempted).toMatchObject({ settled: 'dead', receipt: { outcome: 'permanent' } })
    expect(rig.errors).toMatchObject([{ error: { message: 'labels.forEach is not a function' } }])
    expect(await rig.after(MINUTE)).toMatchObject([{ groupLabels: slow }])
  })

  it('without a secret is put off, and made when the secret is there', async () => {
    let secret: string | null = null
    const rig = await rigOn(store, {
      endpoint: async () => {
        if (secret === null) throw new Error('DEFAULT_SLACK_URL is not set')
        return { address: secret, secret: null, host: null }
      },
    })
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    const begun: Promise<Attempted>[] = []
    await deliver(rig.pipeline, (attempt) => begun.push(attempt))
    expect(await Promise.all(begun)).toMatchObject([{ settled: 'retry' }])
    secret = 'https://receiver.test/'
    await rig.advance(1_000)
    expect(await rig.deliverAll()).toMatchObject([{ lateBecause: 'DEFAULT_SLACK_URL is not set' }])
  })

  it('whose outcome cannot be written is settled as soon as it can, and not made again meanwhile', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.post({ labels: down, startsAt: 1 })
    const [sending] = await rig.claim()
    rig.failing = true
    const attempted = sending?.end('delivered')
    await rig.clock.advance(5_000, turns)
    expect(rig.errors).toHaveLength(1)
    rig.failing = false
    expect(await rig.claim()).toEqual([])
    await rig.advance(1_000)
    expect(await attempted).toMatchObject({ settled: 'delivered' })
  })
})
