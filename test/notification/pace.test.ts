/** Paces: never faster than allowed, never slower than needed, and counted for whoever counts them on the other side. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { ChannelName, Pace } from '../../src/channel/channel.ts'
import { Buckets, bucketOf } from '../../src/notification/pace.ts'

const start = 1_000_000
const chat = 'a bucket'
const destination = { team: 'payments', channel: 'slack', reference: 'env:PAYMENTS_SLACK_URL' } as const
const { slack, pagerduty, email, webhook } = buildChannels({ allow: [], now: () => start })

/** Sends `count` as soon as each is allowed, or later by what `dawdle` says; returns when. */
function sendAll(pace: Pace, count: number, dawdle: (n: number) => number = () => 0): number[] {
  const buckets = new Buckets()
  buckets.start(start)
  const sent: number[] = []
  let now = start
  for (let n = 0; n < count; n++) {
    now = Math.max(now, buckets.readyAt(pace, chat, now)) + dawdle(n)
    expect(buckets.take(pace, chat, now)).toBe(true)
    sent.push(now)
  }
  return sent
}

/** The most sends that any stretch of `ms` holds, both ends included. */
function mostWithin(sent: readonly number[], ms: number): number {
  let most = 0
  let first = 0
  for (const [last, at] of sent.entries()) {
    while ((sent[first] ?? 0) < at - ms) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

const anyPace = fc.record({ burst: fc.integer({ min: 1, max: 20 }), everyMs: fc.integer({ min: 1, max: 5_000 }) })

describe('a pace', () => {
  it('lets through at most burst + w / everyMs in any stretch of w ms, whatever is asked when', () => {
    const asked = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 2, maxLength: 200 })
    fc.assert(
      fc.property(anyPace, asked, (pace, gaps) => {
        const buckets = new Buckets()
        const sent: number[] = []
        let now = start
        buckets.start(now)
        for (const gap of gaps) {
          now += gap
          const readyAt = buckets.readyAt(pace, chat, now)
          expect(buckets.take(pace, chat, now)).toBe(readyAt === now)
          if (readyAt === now) sent.push(now)
        }
        for (const [i, from] of sent.entries()) {
          for (const [j, to] of sent.entries()) {
            if (j > i) expect(j - i + 1).toBeLessThanOrEqual(pace.burst + Math.floor((to - from) / pace.everyMs))
          }
        }
      }),
    )
  })

  it('lets the next one go at the very moment it may, not later', () => {
    fc.assert(
      fc.property(anyPace, fc.integer({ min: 1, max: 100 }), (pace, count) => {
        expect(sendAll(pace, count).at(-1)).toBe(start + count * pace.everyMs)
      }),
    )
  })

  it('saves up a burst while nothing is sent, and no more than that', () => {
    const pace = { burst: 3, everyMs: 1_000 }
    const sent = sendAll(pace, 8, (n) => (n === 4 ? 60_000 : 0)).map((at) => at - start)
    expect(sent).toEqual([1_000, 2_000, 3_000, 4_000, 65_000, 65_000, 65_000, 66_000])
  })

  it('begins without a burst: what was sent before a restart is not known', () => {
    const pace = { burst: 10, everyMs: 667 }
    const buckets = new Buckets()
    for (let n = 0; n < 10; n++) expect(buckets.take(pace, chat, start)).toBe(true)
    buckets.start(start)
    expect(buckets.readyAt(pace, chat, start)).toBe(start + 667)
  })

  it('goes on a moment after the clock was set back an hour, with an empty bucket and without old pauses', () => {
    const pace = { burst: 3, everyMs: 1_000 }
    const buckets = new Buckets()
    for (let n = 0; n < 3; n++) buckets.take(pace, chat, start)
    buckets.hold(pace, chat, start + 60_000)
    const back = start - 3_600_000
    expect(buckets.readyAt(pace, chat, back)).toBe(back + 1_000)
    expect(buckets.readyAt(pace, chat, back + 999)).toBe(back + 1_000)
    expect(buckets.take(pace, chat, back + 1_000)).toBe(true)
    expect(buckets.take(pace, chat, back + 1_000)).toBe(false)
  })
})

describe('10,000 messages', () => {
  const random = fc.sample(fc.integer({ min: 0, max: 400 }), { numRuns: 10_000, seed: 7 })
  const hurried = () => 0
  const unsteady = (n: number) => (n % 50 === 0 ? 10_000 : (random[n] ?? 0))

  it.each([
    ['a Slack webhook', slack, 1_000, 4],
    ['a Slack webhook', slack, 60_000, 63],
    ['a PagerDuty key', pagerduty, 60_000, 100],
    ['a mail server', email, 1_000, 30],
  ] as const)('to %s are never too many at once (%#)', (_, { pace }, ms, most) => {
    if (pace === null) return expect.unreachable('it has a pace')
    for (const dawdle of [hurried, unsteady])
      expect(mostWithin(sendAll(pace, 10_000, dawdle), ms)).toBeLessThanOrEqual(most)
  })

  it('to a webhook need no pace', () => {
    expect(webhook.pace).toBeNull()
  })
})

describe('a bucket', () => {
  const pace = { burst: 1, everyMs: 1_000 }
  const shares = (one: Partial<typeof destination>, other: object, over?: 'channel') => {
    const both = [one, other].map((some) => bucketOf({ ...pace, ...(over && { over }) }, { ...destination, ...some }))
    return both[0] === both[1]
  }

  it.each<[string, object, boolean]>([
    ['receivers of a team with the same reference', { receiver: 'other' }, true],
    ['another reference', { reference: 'env:PAYMENTS_OTHER_URL' }, false],
    ['another channel', { channel: 'pagerduty' satisfies ChannelName }, false],
    ['two teams that an administrator gave the same variable', { team: 'search' }, true],
  ])('%s share it: %s', (_, other, same) => {
    expect(shares({}, other)).toBe(same)
  })

  it('is not shared by two teams with a file of the same name', () => {
    const file = { reference: 'file:slack-url' } as object
    expect(shares(file, { ...file, team: 'search' })).toBe(false)
    expect(shares(file, file)).toBe(true)
  })

  it('is one for the whole channel where the pace says so', () => {
    expect(shares({}, { team: 'search', reference: 'a@b.test' }, 'channel')).toBe(true)
  })

  it('of one does not hold back another', () => {
    const buckets = new Buckets()
    expect(buckets.take(pace, chat, start)).toBe(true)
    expect(buckets.take(pace, chat, start)).toBe(false)
    expect(buckets.take(pace, 'another', start)).toBe(true)
  })

  it('is left alone by everybody for as long as its peer asks, unless a whole channel stands behind it', () => {
    const buckets = new Buckets()
    buckets.hold(pace, chat, start + 60_000)
    buckets.hold(pace, chat, start + 5_000)
    expect([buckets.readyAt(pace, chat, start), buckets.take(pace, chat, start)]).toEqual([start + 60_000, false])
    expect(buckets.take(pace, chat, start + 60_000)).toBe(true)
    buckets.hold({ ...pace, over: 'channel' }, 'email', start + 60_000)
    expect(buckets.take(pace, 'email', start)).toBe(true)
  })
})
