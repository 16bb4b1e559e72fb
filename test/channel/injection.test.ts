/** A hundred thousand hostile label sets through every channel's rendering: words stay words. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Message, MessageAlert } from '../../src/channel/channel.ts'
import { renderEmail } from '../../src/channel/email-message.ts'
import { triggerOf } from '../../src/channel/pagerduty-event.ts'
import { plainSlack, renderSlack } from '../../src/channel/slack-message.ts'
import { hostileAlerts, hostileValues } from '../hostile.ts'
import { expectHarmlessEvent, expectHarmlessMail, expectHarmlessSlack } from './harmless.ts'
import { alert, labels, message } from './messages.ts'

const RUNS = 2_000
const ALERTS_PER_MESSAGE = 50
const KEY = 'R0123456789ABCDEF0123456789ABCDE'

/** Every alert is in one of the parts that a message names, the first of each part by name. */
const parts: readonly Partial<MessageAlert>[] = [
  { change: 'new' },
  { change: null },
  { change: 'resolved', status: 'resolved', endsAt: 1_800_000_000_000, closeReason: 'resolved' },
  { change: 'missed', status: 'resolved', endsAt: 1_800_000_000_000, closeReason: 'stale' },
]

function messageOf(values: readonly string[], seed: number): Message {
  const alerts = hostileAlerts(values, seed, ALERTS_PER_MESSAGE).map((hostile, n) =>
    alert('x', {
      labels: labels(hostile.labels),
      annotations: labels(hostile.annotations),
      generatorUrl: values[n % values.length] ?? '',
      ...parts[(seed + n) % parts.length],
    }),
  )
  const value = (n: number) => values[n % values.length] ?? ''
  return message({
    alerts,
    groupLabels: alerts[0]?.labels ?? labels({}),
    counts: { firing: 25, newlyFiring: 13, newlyResolved: 12, missed: 12 },
    externalUrl: `https://${value(seed)}`,
    lateBecause: value(seed + 1),
    possibleRepeat: true,
  })
}

it('in a hundred thousand label sets nothing rings, links, breaks out or hides in any channel', () => {
  expect(RUNS * ALERTS_PER_MESSAGE).toBeGreaterThanOrEqual(100_000)
  const drawn = fc.tuple(hostileValues, fc.nat(2 ** 31 - 1))
  const check = ([values, seed]: [readonly string[], number]) => {
    const input = messageOf(values, seed)
    expectHarmlessSlack([renderSlack(input), plainSlack(input)])
    expectHarmlessMail(renderEmail(input))
    const event = triggerOf(input, KEY)
    expectHarmlessEvent(event)
    expect([event.routing_key, event.dedup_key]).toEqual([KEY, input.conversationKey])
  }
  fc.assert(fc.property(drawn, check), { numRuns: RUNS })
}, 120_000)
