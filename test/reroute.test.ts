/** New documents: alerts move to where they now belong, nobody is told twice, and whoever was told hears the end. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Message } from '../src/channel/channel.ts'
import { reroute } from '../src/reroute.ts'
import { routedUnder } from '../src/team/store.ts'
import { CommitFails, type Rig, rigOn } from './rig.ts'
import { stores } from './stores.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const down = { alertname: 'Down' }

/** A document whose only child route is `child`; the root leads to nobody, on purpose. */
function routes(child: string): { default: string } {
  return {
    default: `
team: default
receivers:
  - name: nobody
  - name: chat
    slack_configs: [{ api_url: env:DEFAULT_CHAT_URL }]
  - name: other
    slack_configs: [{ api_url: env:DEFAULT_OTHER_URL }]
route:
  receiver: nobody
  group_wait: 0s
  routes: [${child}]
`,
  }
}

const toChat = routes(`{ name: main, receiver: chat, matchers: ['alertname="Down"'] }`)
const toOther = routes(`{ name: main, receiver: other, matchers: ['alertname="Down"'] }`)
const elsewhere = routes(`{ name: main, receiver: chat, matchers: ['alertname="Slow"'] }`)
const renamed = routes(`{ name: second, receiver: chat, matchers: ['alertname="Down"'] }`)
const gone = routes('')

async function resolve(rig: Rig): Promise<Message[]> {
  await rig.post({ labels: down, startsAt: 1, endsAt: rig.clock.now() })
  return rig.after(MINUTE)
}

/** Who was told what: `chat first`. */
function told(messages: readonly Message[]): string[] {
  return messages.map(({ receiver, reason }) => `${receiver} ${reason}`)
}

async function fired(rig: Rig): Promise<void> {
  await rig.post({ labels: down, startsAt: 1 })
  expect(told(await rig.deliverAll())).toEqual(['chat first'])
}

describe.each(stores)('$name', (store) => {
  it.each([
    ['the route is gone', gone],
    ['the route takes others now', elsewhere],
  ])('%s: no news, no repeats, but the end is told', async (_, documents) => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents(documents)
    expect(told(await rig.after(5 * HOUR))).toEqual([])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
    expect([rig.store.groups.count(), rig.store.groups.countDebts()]).toEqual([0, 0])
  })

  it('a team that is gone still owes the end', async () => {
    const rig = await rigOn(store)
    const web = `
team: web
owns: ['alertname="Down"']
receivers: [{ name: room, slack_configs: [{ api_url: env:WEB_URL }] }]
route: { receiver: room, group_wait: 0s }
`
    await rig.documents({ ...gone, web })
    await rig.post({ labels: down, startsAt: 1 })
    expect(told(await rig.deliverAll())).toEqual(['room first'])
    await rig.documents(gone)
    expect(told(await rig.after(MINUTE))).toEqual([])
    expect(told(await resolve(rig))).toEqual(['room all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('another receiver under the same route is told now, the old one hears the end', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents(toOther)
    expect(told(await rig.after(MINUTE))).toEqual(['other first'])
    expect(told(await resolve(rig)).sort()).toEqual(['chat all-resolved', 'other all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('a destination that joins the receiver is told, the one that was there is not told again', async () => {
    const rig = await rigOn(store)
    const first = '{ api_url: env:DEFAULT_CHAT_URL }'
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents({ default: toChat.default.replace(first, `{ api_url: env:DEFAULT_NEW_URL }, ${first}`) })
    expect(told(await rig.after(MINUTE))).toEqual(['chat first'])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved', 'chat all-resolved'])
  })

  it('a route of another name that leads to the same destination takes over without a word', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    const [before] = rig.store.groups.everyLife()
    await rig.documents(renamed)
    expect(told(await rig.after(MINUTE))).toEqual([])
    const [after, ...more] = rig.store.groups.everyLife()
    expect([after?.routeId, more.length]).toEqual(['second', 0])
    expect(after?.id).not.toBe(before?.id)
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
  })

  it('an alert not yet told moves quietly and is told from its new place', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.documents(renamed)
    expect(told(await rig.deliverAll()), 'the old message is withdrawn').toEqual([])
    expect(told(await rig.after(MINUTE))).toEqual(['chat first'])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
    const states = await rig.db.reader.all(sql`select state from notification order by id`)
    expect(states.map((row) => (row as { state: string }).state)).toEqual(['superseded', 'delivered', 'delivered'])
  })

  it.each([
    ['its route', elsewhere, toChat],
    ['its route by another name', elsewhere, renamed],
    ['the whole route', gone, toChat],
  ])('that bring back %s tell nobody again', async (_, without, again) => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents(without)
    expect(told(await rig.after(MINUTE))).toEqual([])
    await rig.documents(again)
    expect(told(await rig.after(MINUTE))).toEqual([])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it('that bring back the route to somebody else still owe the end to whoever knew', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents(elsewhere)
    await rig.documents(toOther)
    expect(told(await rig.after(MINUTE))).toEqual(['other first'])
    expect(told(await resolve(rig)).sort()).toEqual(['chat all-resolved', 'other all-resolved'])
    expect(rig.store.groups.count()).toBe(0)
  })

  it.each([
    ['transient', 'chat first'],
    ['delivered', 'chat new-alerts'],
    ['permanent', 'chat first'],
  ] as const)(
    'a return while the news was on its way (%s) loses neither the beginning nor the end',
    async (outcome, anew) => {
      const rig = await rigOn(store)
      await rig.documents(toChat)
      await rig.post({ labels: down, startsAt: 1 })
      const [sending] = await rig.claim()
      await rig.documents(elsewhere)
      await rig.documents(toChat)
      await sending?.end(outcome)
      expect(told(await rig.after(MINUTE)), 'when in doubt, told anew').toEqual([anew])
      expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
      expect(rig.store.groups.count()).toBe(0)
    },
  )

  it('the news on its way when the route went is owed its end', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await rig.post({ labels: down, startsAt: 1 })
    const [sending] = await rig.claim()
    await rig.documents(gone)
    await rig.flush()
    await sending?.end('delivered')
    expect(told(await rig.after(MINUTE))).toEqual([])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
  })

  it('let no message out that speaks of an alert which has just moved', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await rig.post({ labels: down, startsAt: 1 })
    await rig.load(renamed)
    // The claim comes right behind the first transaction of the re-route, before its last.
    const [, claimed] = await Promise.all([reroute(rig.pipeline), rig.claim()])
    expect(claimed).toEqual([])
    expect(told(await rig.after(MINUTE))).toEqual(['chat first'])
    expect(told(await resolve(rig))).toEqual(['chat all-resolved'])
  })

  it('may be put in force again and again', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.documents(renamed)
    expect(await reroute(rig.pipeline)).toBe(0)
    expect(await reroute(rig.pipeline)).toBe(0)
    expect(told(await rig.after(MINUTE))).toEqual([])
    expect(await routedUnder(rig.db.reader)).toBe(rig.routing.epoch)
    const notes = await rig.db.reader.all(sql`select note, detail from episode_note`)
    expect(notes).toEqual([{ note: 'rerouted', detail: '{"left":1,"joined":1}' }])
  })

  it('whose re-route failed are followed by the next housekeeping', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    await fired(rig)
    await rig.load(toOther)
    rig.failing = true
    await expect(reroute(rig.pipeline)).rejects.toThrow(CommitFails)
    await expect(rig.keepHouse()).rejects.toThrow(CommitFails)
    rig.failing = false
    expect(await routedUnder(rig.db.reader)).not.toBe(rig.routing.epoch)
    await rig.keepHouse()
    expect(await routedUnder(rig.db.reader)).toBe(rig.routing.epoch)
    expect(told(await rig.after(MINUTE))).toEqual(['other first'])
    expect(told(await resolve(rig)).sort()).toEqual(['chat all-resolved', 'other all-resolved'])
  })

  it('that give an alert to another team say so of the alert, also after a restart', async () => {
    const rig = await rigOn(store)
    await rig.documents(gone)
    await rig.post({ labels: { ...down, zone: 'eu' }, startsAt: 1 })
    const owners = async () => {
      const [reloaded] = (await rig.reloaded()).episodes.everyLive()
      const [live] = rig.store.episodes.everyLive()
      expect([reloaded?.teams, reloaded?.ownership]).toEqual([live?.teams, live?.ownership])
      return [live?.ownership, ...(live?.teams ?? [])]
    }
    const document = (team: string, matcher: string) => ({
      [team]: `
team: ${team}
owns: ['${matcher}']
receivers: [{ name: room, slack_configs: [{ api_url: env:${team.toUpperCase()}_URL }] }]
route: { receiver: room, group_wait: 0s }
`,
    })
    const web = document('web', 'alertname="Down"')
    const ops = document('ops', 'zone="eu"')
    expect(await owners()).toEqual(['default', 'default'])
    await rig.documents({ ...gone, ...web })
    expect(await owners()).toEqual(['owns', 'web'])
    await rig.documents({ ...gone, ...web, ...ops })
    expect(await owners()).toEqual(['contested', 'ops', 'web'])
    await rig.documents(gone)
    expect(await owners()).toEqual(['default', 'default'])
  })

  it('move more alerts than fit into one transaction', async () => {
    const rig = await rigOn(store)
    await rig.documents(toChat)
    const many = Array.from({ length: 1_100 }, (_, n) => ({ labels: { ...down, n: `${n}` }, startsAt: 1 }))
    await rig.post(...many)
    expect(told(await rig.deliverAll())).toEqual(['chat first'])
    await rig.documents(renamed)
    expect(told(await rig.after(MINUTE))).toEqual([])
    await rig.post(...many.map((alert) => ({ ...alert, endsAt: rig.clock.now() })))
    const messages = await rig.after(MINUTE)
    expect(messages).toMatchObject([{ reason: 'all-resolved', counts: { newlyResolved: 1_100 } }])
    expect(rig.store.groups.count()).toBe(0)
  })
})
