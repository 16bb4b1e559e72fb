/** What the history of one alert reads like. */
import { expect, it } from 'vitest'
import type { Attempt, ExplainedAlert } from '../../src/demo/rest.ts'
import { nextText, timelineEntries } from '../../src/demo/timeline-text.ts'

const slack = { id: 1, team: 'payments', receiver: 'on-call', channel: 'slack', reference: 'env:PAYMENTS_SLACK_URL' }
const webhook = { ...slack, id: 2, channel: 'webhook' }
const at = '2026-11-20T12:00:00.000Z'
const now = Date.parse(at)

function alert(parts: Partial<ExplainedAlert>): ExplainedAlert {
  return {
    id: 1,
    status: 'firing',
    labels: {},
    annotations: {},
    startsAt: at,
    endsAt: null,
    generatorURL: '',
    fingerprint: '0000000000000001',
    source: 'default',
    teams: ['payments'],
    ownership: 'label',
    receivedAt: at,
    lastSeenAt: at,
    closedAt: null,
    closeReason: null,
    repeats: 0,
    reopened: false,
    timeline: [],
    told: [],
    next: [],
    ...parts,
  }
}

function attemptTexts(attempts: readonly Partial<Attempt>[]) {
  const whole = attempts.map((attempt, i) => ({
    n: i + 1,
    startedAt: at,
    finishedAt: '2026-11-20T12:00:00.004Z',
    outcome: 'delivered' as const,
    status: 200,
    detail: null,
    retryAt: null,
    ...attempt,
  }))
  const fact = {
    what: 'notification' as const,
    at,
    text: '',
    notificationId: 1,
    groupId: 1,
    as: 'firing' as const,
    news: true,
    reason: 'first' as const,
    state: 'delivered' as const,
    settledAt: at,
    supersededBy: null,
    lateBecause: null,
    inDoubt: false,
    destination: slack,
    attempts: whole,
  }
  const [told] = timelineEntries(alert({ timeline: [fact] }), now)
  return [told?.text, ...(told?.details.map(({ mark, text }) => `${mark} ${text}`) ?? [])]
}

it('tells every attempt with its answer and when the next was due', () => {
  const retryAt = '2026-11-20T12:00:01.004Z'
  expect(
    attemptTexts([
      { outcome: 'transient', status: 429, detail: '429 rate_limited', retryAt },
      { outcome: 'unknown', status: null, detail: null },
      {},
      { finishedAt: null, outcome: null, status: null },
    ]),
  ).toEqual([
    'Slack: firing ("first"), delivered:',
    'attempt 1 transient, 429 rate_limited; retried after 1.0 s',
    'attempt 2 unknown, no answer',
    'attempt 3 answered 200 in 4 ms',
    'attempt 4 under way',
  ])
})

it('tells an attempt that went well at once in the same line', () => {
  expect(attemptTexts([{}])).toEqual(['Slack: firing ("first"), answered 200 in 4 ms.'])
  expect(attemptTexts([{ outcome: 'permanent', status: 404, detail: '404 no_service' }])).toEqual([
    'Slack: firing ("first"), delivered:',
    'attempt 1 permanent, 404 no_service',
  ])
})

it('tells which routes took it and which matcher failed first', () => {
  const step = { depth: 0, receiver: 'a', matchers: [], continue: false, matched: true, failed: null, chosen: false }
  const fact = {
    what: 'routed' as const,
    at,
    text: '',
    team: 'payments',
    because: 'received' as const,
    version: { id: 1, acceptedAt: at, file: '/somewhere/teams/payments.yml' },
    groups: [],
    trace: [
      { ...step, routeId: 'root' },
      { ...step, routeId: 'low', matched: false, matchers: ['a="1"', 'b="2"'], failed: 'b="2"' },
      { ...step, routeId: 'high', matchers: ['a="1"'], receiver: 'on-call', chosen: true },
    ],
  }
  const [routed] = timelineEntries(alert({ timeline: [fact] }), now)
  expect(routed?.text).toBe('By team payments (payments.yml), route by route:')
  expect(routed?.details.map(({ mark, text }) => `${mark} ${text}`)).toEqual([
    '· root: takes everything; a route below it fits better',
    '✗ low: b="2" does not match',
    '✓ high: a="1" matches; to receiver on-call',
  ])
})

it("tells what it does not know in the API's own words", () => {
  const fact = { what: 'unreleased' as const, at, text: 'Nobody was told.', groupId: 1 }
  expect(timelineEntries(alert({ timeline: [fact] }), now)[0]).toEqual({
    at: Date.parse(at),
    word: 'unreleased',
    text: 'Nobody was told.',
    details: [],
  })
})

it('ends with what each destination knows, is owed, and hears next', () => {
  const told = [
    { destination: slack, told: 'firing' as const, owed: true, inDoubt: false },
    { destination: webhook, told: 'resolved' as const, owed: false, inDoubt: false },
  ]
  const next = [{ what: 'attempt' as const, at: null, text: 'It is tried again.', groupId: 1, destination: slack }]
  expect(timelineEntries(alert({ told, next }), now).at(-1)?.text).toBe(
    'Slack was told firing. Webhook was told resolved. Slack is owed the resolve. It is tried again.',
  )
  const both = told.map((one) => ({ ...one, told: 'resolved' as const, owed: false }))
  expect(timelineEntries(alert({ told: both }), now).at(-1)?.text).toBe(
    'Slack and Webhook were told resolved. Nothing is due.',
  )
})

it('tells in how long somebody is told again', () => {
  const later = new Date(now + 4 * 3_600_000 - 2_500).toISOString()
  const mail = { ...slack, channel: 'email', receiver: 'lead', reference: 'lead@search.example' }
  const next = [{ what: 'repeat' as const, at: later, text: 'In the words of the API.', groupId: 1, destination: mail }]
  expect(nextText(alert({ next }), now)).toBe('Mail of lead hears again in 4h, or when it is over.')
  const both = [...next, ...next.map((one) => ({ ...one, destination: slack }))]
  expect(nextText(alert({ next: both }), now)).toBe(
    'Mail of lead and Slack of on-call hear again in 4h, or when it is over.',
  )
})
