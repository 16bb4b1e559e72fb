/** REL-5: a Slack channel with 500 groups comes back after an hour. REL-10: nobody is ever told before it may be. */
import { describe, expect, it } from 'vitest'
import { backlogs } from '../../src/history/backlog.ts'
import { stores } from '../stores.ts'
import { busy, delivered, Peers, type Seen, unreachable } from './peers.ts'

const MINUTE = 60_000

/** The most that any stretch of `ms` holds. */
function mostWithin(times: readonly number[], ms: number): number {
  let most = 0
  let first = 0
  for (const [last, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - ms) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

const timesOf = (seen: readonly Seen[]) => seen.map(({ at }) => at)

describe.each(stores)('$name: an hour without the receiver', (store) => {
  it('is followed by one message per group, the newest state, at the pace of the channel', async () => {
    const document = `
team: payments
receivers: [{ name: chat, slack_configs: [{ api_url: env:PAYMENTS_SLACK_URL }] }]
route: { receiver: chat, group_by: [alertname], group_wait: 0s }
`
    const peers = await Peers.open(store, { payments: document })
    const alert = (n: number, shard = 'a') => ({
      labels: { team: 'payments', severity: 'warning', alertname: `Alert${n}`, shard },
      startsAt: peers.now - 1,
    })
    const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
    await peers.post(...some(0, 250).map((n) => alert(n)))
    await peers.advance(10 * MINUTE)
    expect(peers.seen).toHaveLength(250)
    const startOf = new Map(
      peers.seen.map(({ message }) => [message.groupLabels.alertname, message.alerts[0]?.startsAt]),
    )

    peers.answer = () => unreachable
    await peers.post(...some(250, 500).map((n) => alert(n)))
    await peers.advance(20 * MINUTE)
    await peers.post(
      ...some(0, 100).map((n) => ({ ...alert(n), startsAt: startOf.get(`Alert${n}`) ?? 0, endsAt: peers.now })),
    )
    await peers.post(...some(200, 300).map((n) => alert(n, 'b')))
    await peers.advance(20 * MINUTE)
    await peers.post(...some(100, 250).map((n) => alert(n, 'c')))
    await peers.advance(20 * MINUTE)
    const tried = peers.seen.length - 250
    expect(tried, 'probes in an hour').toBeLessThan(200)

    peers.answer = () => delivered
    const back = peers.now
    const before = peers.seen.length
    await peers.advance(MINUTE)
    const { outbox } = peers.rig.store
    const [chat] = [...outbox.destinations.every()].filter(({ team }) => team === 'payments')
    if (chat === undefined) return expect.unreachable('the document names it')
    const { through } = backlogs(outbox, peers.rig.pipeline, peers.now)(chat)
    await peers.advance(10 * MINUTE)

    // The default team was told that this one cannot be reached, and that it can be again.
    const told = peers.seen.slice(before).filter(({ peer }) => peer === chat.reference)
    expect((told[0]?.at ?? Infinity) - back, 'the first message').toBeLessThanOrEqual(MINUTE)
    expect((told.at(-1)?.at ?? Infinity) - back, 'the last message').toBeLessThanOrEqual(10 * MINUTE)
    expect(told.at(-1)?.at, 'as the API foretold').toBe(through.at)
    expect(mostWithin(timesOf(told), 1_000)).toBeLessThanOrEqual(3)
    expect(mostWithin(timesOf(told), MINUTE)).toBeLessThanOrEqual(63)
    expect(new Set(told.map(({ message }) => message.groupLabels.alertname)).size).toBe(500)
    expect(told, 'once each').toHaveLength(500)
    for (const { message } of told) {
      const n = Number(message.groupLabels.alertname?.slice('Alert'.length))
      const firing = n < 100 ? 0 : n < 200 ? 2 : n < 250 ? 3 : n < 300 ? 2 : 1
      expect(message, `Alert${n}`).toMatchObject({ counts: { firing }, status: n < 100 ? 'resolved' : 'firing' })
    }
    expect(outbox.countPending()).toBe(0)
  })
})

describe.each(stores)('$name: 10,000 attempts', (store) => {
  it('keep every pace and every Retry-After, however many receivers share a secret', async () => {
    const [slacks, pagers] = [30, 10]
    const receivers = [
      ...Array.from(
        { length: slacks },
        (_, n) => `{ name: slack${n}, slack_configs: [{ api_url: env:PAYMENTS_S${n % 25} }] }`,
      ),
      ...Array.from(
        { length: pagers },
        (_, n) => `{ name: pager${n}, pagerduty_configs: [{ routing_key: env:PAYMENTS_P${n % 8} }] }`,
      ),
    ]
    const names = receivers.map((text) => /name: (\w+)/.exec(text)?.[1] ?? '')
    const routes = names.map((name) => `{ receiver: ${name}, matchers: ['to="${name}"'] }`)
    const document = `
team: payments
receivers: [${receivers.join(', ')}]
route: { receiver: slack0, group_by: ['...'], group_wait: 0s, routes: [${routes.join(', ')}] }
`
    const peers = await Peers.open(store, { payments: document })
    let attempts = 0
    const rests = new Map<string, { from: number; until: number }>()
    const early: string[] = []
    peers.answer = (peer) => {
      const rest = rests.get(peer)
      // Receivers that share a secret may have asked at the very instant of the refusal.
      if (rest && peers.now > rest.from && peers.now < rest.until) early.push(`${peer} at ${peers.now}`)
      if (++attempts % 97 !== 0) return delivered
      const seconds = (attempts % 7) * 5
      rests.set(peer, { from: peers.now, until: peers.now + Math.max(seconds, 1) * 1_000 })
      return busy(seconds)
    }
    for (let n = 0; n < 10_000; n += 500) {
      const posted = Array.from({ length: 500 }, (_, i) => ({
        labels: { team: 'payments', to: names[(n + i) % names.length] ?? '', alertname: `Alert${n + i}` },
        startsAt: peers.now,
      }))
      await peers.post(...posted)
    }
    await peers.advance(60 * MINUTE)
    expect(early).toEqual([])
    const ours = peers.seen.filter(({ peer }) => peer.startsWith('env:PAYMENTS_'))
    // Slow receivers are worth a message as well.
    const told = ours.filter(({ receipt, message }) => receipt === delivered && message.groupLabels.to !== undefined)
    expect(told).toHaveLength(10_000)
    for (const [peer, seen] of Map.groupBy(ours, (one) => one.peer)) {
      const pager = peer.startsWith('env:PAYMENTS_P')
      expect(mostWithin(timesOf(seen), MINUTE), peer).toBeLessThanOrEqual(pager ? 100 : 63)
      if (!pager) expect(mostWithin(timesOf(seen), 1_000), peer).toBeLessThanOrEqual(3)
    }
  })
})
