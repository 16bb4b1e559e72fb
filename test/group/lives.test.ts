/** Group lives on a store: what the machine decides reaches the tables, the outbox and the receivers. */
import { describe, expect, it } from 'vitest'
import { type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'

const HOUR = 3_600_000

const receivers = `
team: default
receivers:
  - name: chat
    slack_configs: [{ api_url: env:DEFAULT_CHAT_URL }]
  - name: other
    slack_configs: [{ api_url: env:DEFAULT_OTHER_URL }]
  - name: mixed
    slack_configs: [{ api_url: env:DEFAULT_MIXED_URL, send_resolved: false }]
    webhook_configs: [{ url: 'https://mixed.test/' }]
`

/** One named route, which leads where a test wants it. */
function to(receiver: string): { default: string } {
  return { default: `${receivers}route: { name: main, receiver: ${receiver}, group_wait: 5s, group_interval: 1m }\n` }
}

const down = { alertname: 'Down' }
const slow = { alertname: 'Slow' }

describe.each(stores)('$name', (store) => {
  it('ends when everybody heard the last, and the next alert begins another life', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    const [first] = await rig.after(5_000)
    await rig.post({ labels: down, startsAt: 1, endsAt: rig.clock.now() })
    const [last] = await rig.after(60_000)
    expect([first?.reason, last?.reason, last?.groupId]).toEqual(['first', 'all-resolved', first?.groupId])
    expect(rig.store.groups.count()).toBe(0)

    await rig.post({ labels: down, startsAt: rig.clock.now() })
    const [next] = await rig.after(5_000)
    expect(next?.reason).toBe('first')
    expect(next?.groupId).not.toBe(first?.groupId)
  })

  it('lets one message take the place of the one that waits, and says why that was late', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.advance(5_000)
    await rig.flush()
    const [attempt] = await rig.claim()
    await attempt?.end('transient', { detail: '503 try later', retryAfterMs: 10 * 60_000 })
    await rig.post({ labels: slow, startsAt: 2 })
    const messages = await rig.after(60_000)
    expect(messages, 'the receiver asked for a pause').toEqual([])
    const [message, ...more] = await rig.after(10 * 60_000)
    expect(message).toMatchObject({
      reason: 'first',
      lateBecause: '503 try later',
      counts: { firing: 2, newlyFiring: 2 },
    })
    expect(message?.notificationId).not.toBe(attempt?.message.notificationId)
    expect(more).toEqual([])
  })

  it('has nothing to repeat to a destination whose alerts are all over, however long another is owed', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('mixed'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.after(5_000)
    await rig.post({ labels: down, startsAt: 1, endsAt: rig.clock.now() })
    await rig.advance(60_000)
    await rig.flush()
    const [attempt] = await rig.claim()
    expect(attempt?.destination.channel).toBe('webhook')
    await attempt?.end('unknown', { retryAfterMs: 60_000 })
    await rig.advance(5 * HOUR)
    expect(await rig.flush(), 'nothing is due of this group').toBeNull()
  })

  it('tells a destination that comes back what fired while it was gone', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.after(5_000)
    await rig.documents(to('other'))
    await rig.after(60_000)
    await rig.post({ labels: slow, startsAt: rig.clock.now() })
    expect(receiversOf(await rig.after(60_000))).toEqual(['other'])

    await rig.documents(to('chat'))
    const messages = await rig.after(60_000)
    expect(messages).toMatchObject([{ receiver: 'chat', reason: 'new-alerts', counts: { firing: 2, newlyFiring: 1 } }])
  })

  it('brings no news to a destination that left while an attempt failed', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.advance(5_000)
    await rig.flush()
    const [attempt] = await rig.claim()
    await rig.documents(to('other'))
    await rig.flush()
    await attempt?.end('transient')
    expect(receiversOf(await rig.after(60_000))).toEqual(['other'])
  })

  it('brings no news to a destination that left before anything was sent', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.advance(5_000)
    await rig.flush()
    await rig.documents(to('other'))
    expect(receiversOf(await rig.deliverAll())).toEqual(['other'])
    expect(await rig.after(60_000)).toEqual([])
  })

  it('repeats an alert that was carried over from another group', async () => {
    const rig = await rigOn(store)
    await rig.documents(to('chat'))
    await rig.post({ labels: down, startsAt: 1 })
    await rig.after(5_000)
    await rig.documents({ default: to('chat').default.replace('name: main', 'name: renamed') })
    expect(await rig.after(60_000)).toEqual([])
    expect(await reasonsWithin(rig, 4 * HOUR)).toEqual(['repeat'])
  })
})

function receiversOf(messages: readonly { receiver: string }[]): string[] {
  return messages.map(({ receiver }) => receiver)
}

/** Lets time pass in steps of ten minutes. */
async function reasonsWithin(rig: Rig, ms: number): Promise<string[]> {
  const reasons: string[] = []
  for (let passed = 0; passed < ms; passed += 600_000) {
    for (const message of await rig.after(600_000)) reasons.push(message.reason)
  }
  return reasons
}
