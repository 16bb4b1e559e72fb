/** One alert explained: every fact of its timeline, what each destination knows, and what comes next. */
import { expect, it } from 'vitest'
import { busy, checkout, defaultTeam, delivered, gone, noon, Past, payments } from './past.ts'

const at = (ms: number) => new Date(noon + ms).toISOString()
const critical = { ...checkout, severity: 'critical' }

interface AnyFact {
  what: string
  at: string
  // biome-ignore lint/suspicious/noExplicitAny: facts of every kind
  [key: string]: any
}

async function explained(past: Past, id = 1) {
  const alert = await past.get(`/api/v1/alerts/${id}`)
  const timeline = alert.timeline as AnyFact[]
  const of = (what: string) => timeline.filter((fact) => fact.what === what)
  const said = of('notification').map(({ destination, as, reason, state }) => [destination.channel, as, reason, state])
  const told = alert.told.map((k: AnyFact) => [k.destination.channel, k.told, k.owed])
  return { alert, timeline, of, said, told, next: alert.next as AnyFact[] }
}

it('tells the whole story of an alert that was told firing, then resolved', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  await past.advance(60_000)
  await past.resolve(checkout)
  await past.advance(60_000)
  const { alert, timeline, of, said, told, next } = await explained(past)
  expect(timeline.map((fact) => [fact.what, fact.at])).toEqual([
    ['received', at(0)],
    ['routed', at(0)],
    ['notification', at(5_000)],
    ['closed', at(60_000)],
    ['notification', at(65_000)],
  ])
  expect(of('received')[0]).toMatchObject({
    status: 'firing',
    request: { id: 1, receiver: 'alert-router', groupKey: '{}:{alertname="Errors"}' },
  })
  expect(said).toEqual([
    ['slack', 'firing', 'first', 'delivered'],
    ['slack', 'resolved', 'all-resolved', 'delivered'],
  ])
  expect(of('notification')[0]?.attempts).toEqual([
    {
      n: 1,
      startedAt: at(5_000),
      finishedAt: at(5_000),
      outcome: 'delivered',
      status: 200,
      detail: 'ok',
      retryAt: null,
    },
  ])
  expect(of('closed')[0]).toMatchObject({ reason: 'resolved', endsAt: at(60_000), request: { id: 2 } })
  expect(told).toEqual([['slack', 'resolved', false]])
  expect(next).toEqual([])
  expect(alert).toMatchObject({ status: 'resolved', closedAt: at(60_000), teams: ['payments'], ownership: 'label' })
})

it('shows each route that was looked at, and the first matcher that failed', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  const [routed] = (await explained(past)).of('routed')
  expect(routed).toMatchObject({ team: 'payments', because: 'received', version: { id: 2 } })
  expect(
    routed?.trace.map((step: AnyFact) => [step.depth, step.routeId, step.matched, step.failed, step.chosen]),
  ).toEqual([
    [0, expect.any(String), true, null, false],
    [1, 'page', false, 'severity="critical"', false],
    [1, 'talk', true, null, true],
  ])
  expect(routed?.groups).toEqual([
    { groupId: 1, routeId: 'talk', receiver: 'chat', groupLabels: { alertname: 'Errors' }, left: false, carried: [] },
  ])
})

it('says what comes next while it waits, when it was told, and when a receiver is down', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  expect((await explained(past)).next).toMatchObject([{ what: 'flush', at: at(5_000), groupId: 1, destination: null }])
  past.answer = busy
  await past.advance(5_000)
  const down = await explained(past)
  expect(down.said).toEqual([['slack', 'firing', 'first', 'pending']])
  const [attempt] = down.of('notification')[0]?.attempts ?? []
  expect(attempt).toMatchObject({ outcome: 'transient', status: 503, detail: 'busy' })
  expect(down.next).toMatchObject([{ what: 'attempt', at: attempt.retryAt, destination: { receiver: 'chat' } }])
  expect(down.told).toEqual([['slack', 'nothing', false]])
  past.answer = delivered
  await past.advance(60_000)
  const up = await explained(past)
  expect(up.told).toEqual([['slack', 'firing', false]])
  expect(up.next.map((next) => next.what)).toEqual(['repeat'])
  const deliveredAt = Date.parse(up.of('notification')[0]?.settledAt)
  expect(up.next[0]?.at).toBe(new Date(deliveredAt + 4 * 3_600_000).toISOString())
})

it('says which notification took the place of one that never got through', async () => {
  const past = await Past.begin({ payments })
  past.answer = busy
  await past.fire(checkout)
  await past.advance(10_000)
  await past.fire({ ...checkout, service: 'ledger' })
  await past.advance(120_000)
  past.answer = delivered
  await past.advance(300_000)
  const { of, said } = await explained(past)
  expect(said).toEqual([
    ['slack', 'firing', 'first', 'superseded'],
    ['slack', 'firing', 'first', 'delivered'],
  ])
  expect(of('notification').map((fact) => [fact.notificationId, fact.supersededBy])).toEqual([
    [1, 2],
    [2, null],
  ])
  expect((await explained(past, 2)).said).toEqual([['slack', 'firing', 'first', 'delivered']])
})

it('says missed of what came and went while the receiver was down, and counts that as told', async () => {
  const past = await Past.begin({ payments })
  past.answer = busy
  await past.fire(checkout)
  await past.advance(60_000)
  await past.resolve(checkout)
  await past.advance(60_000)
  past.answer = delivered
  await past.advance(600_000)
  const { said, told } = await explained(past)
  expect(said.at(-1)).toEqual(['slack', 'missed', 'missed', 'delivered'])
  expect(told).toEqual([['slack', 'resolved', false]])
})

it('says that nobody was told of what fired and resolved inside one wait', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout, { ...checkout, service: 'ledger' })
  await past.resolve(checkout)
  await past.advance(60_000)
  const { timeline, of, said, told } = await explained(past)
  expect(of('unreleased')).toMatchObject([{ at: at(0), groupId: 1 }])
  expect(timeline.map((fact) => fact.what)).toEqual(['received', 'routed', 'closed', 'unreleased'])
  expect(said).toEqual([])
  expect(told).toEqual([['slack', 'nothing', false]])
})

it('says that only the end was seen', async () => {
  const past = await Past.begin({ payments })
  await past.resolve(checkout)
  await past.advance(60_000)
  const { timeline, told } = await explained(past)
  expect(timeline.map((fact) => [fact.what, fact.status])).toEqual([
    ['received', 'resolved'],
    ['closed', undefined],
  ])
  expect(told).toEqual([])
})

const checkoutTo = (receiver: string) =>
  payments.replace(
    '  routes:\n',
    `  routes:\n    - name: checkout\n      matchers: ['service="checkout"']\n      receiver: ${receiver}\n`,
  )

it('shows that a new document moved it to a group whose destination knew already', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  await past.advance(60_000)
  await past.reload({ payments: checkoutTo('chat') })
  await past.advance(60_000)
  const { timeline, of, said, told } = await explained(past)
  const steps = timeline.filter((fact) => fact.what !== 'withheld')
  expect(steps.map((fact) => [fact.what, fact.at])).toEqual([
    ['received', at(0)],
    ['routed', at(0)],
    ['notification', at(5_000)],
    ['rerouted', at(60_000)],
    ['routed', at(60_000)],
  ])
  expect(of('rerouted')).toMatchObject([{ left: 1, joined: 1 }])
  const [before, after] = of('routed')
  expect(before).toMatchObject({ because: 'received', version: { id: 2 }, groups: [{ routeId: 'talk', left: true }] })
  expect(before?.trace.map((step: AnyFact) => step.routeId)).not.toContain('checkout')
  expect(after).toMatchObject({
    because: 'rerouted',
    version: { id: 3 },
    groups: [{ routeId: 'checkout', left: false, carried: [{ receiver: 'chat' }] }],
  })
  expect(said).toEqual([['slack', 'firing', 'first', 'delivered']])
  expect(told).toEqual([['slack', 'firing', false]])
})

it('shows who is owed the end after a new document moved it, until it is told', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  await past.advance(60_000)
  await past.reload({ payments: checkoutTo('oncall') })
  await past.advance(60_000)
  past.answer = busy
  await past.resolve(checkout)
  await past.advance(60_000)
  expect((await explained(past)).told).toEqual([
    ['slack', 'firing', true],
    ['webhook', 'firing', true],
  ])
  past.answer = delivered
  await past.advance(600_000)
  const { said, told } = await explained(past)
  expect(told).toEqual([
    ['slack', 'resolved', false],
    ['webhook', 'resolved', false],
  ])
  expect(said.map(([channel, as]) => `${channel} ${as}`).sort()).toEqual([
    'slack firing',
    'slack resolved',
    'webhook firing',
    'webhook resolved',
  ])
})

it('says dead of what a receiver refuses for good, and why', async () => {
  const past = await Past.begin({ payments })
  past.answer = gone
  await past.fire(checkout)
  await past.advance(60_000)
  const { of, said, told } = await explained(past)
  expect(said[0]).toEqual(['slack', 'firing', 'first', 'dead'])
  expect(of('notification')[0]?.attempts).toMatchObject([{ outcome: 'permanent', status: 404, detail: 'no_service' }])
  expect(told).toEqual([['slack', 'nothing', false]])
})

it('says why a destination that wants no resolves was not told the end', async () => {
  const quiet = defaultTeam.replace('DEFAULT_SLACK_URL', 'DEFAULT_SLACK_URL\n        send_resolved: false')
  const past = await Past.begin({ default: quiet })
  await past.fire({ alertname: 'Lonely' })
  await past.advance(60_000)
  await past.resolve({ alertname: 'Lonely' })
  await past.advance(60_000)
  const { of, told } = await explained(past)
  expect(of('withheld')).toMatchObject([
    { noReason: 'resolve-not-wanted', count: 1, destination: { receiver: 'everybody' } },
  ])
  expect(told).toEqual([['slack', 'firing', false]])
})

it('finds what was said of an alert that its notifications only counted', async () => {
  const past = await Past.begin({ payments })
  const many = Array.from({ length: 60 }, (_, i) => ({ ...checkout, instance: `i${i}` }))
  await past.fire(...many)
  await past.advance(60_000)
  await past.resolve(...many)
  await past.advance(60_000)
  for (const id of [1, 50, 51, 60]) {
    expect((await explained(past, id)).said).toEqual([
      ['slack', 'firing', 'first', 'delivered'],
      ['slack', 'resolved', 'all-resolved', 'delivered'],
    ])
  }
})

it('shows of a literal URL no more than its host', async () => {
  const past = await Past.begin({ payments })
  await past.fire(critical)
  await past.advance(5_000)
  const { alert, told } = await explained(past)
  expect(told).toEqual([
    ['slack', 'firing', false],
    ['webhook', 'firing', false],
  ])
  expect(JSON.stringify(alert)).toContain('"reference":"https://bridge.example/…"')
  expect(JSON.stringify(alert)).not.toContain('t0k3n')
})

it('gives hostile names and values back as data', async () => {
  const hostile = { alertname: '<script>', ['__proto__']: 'x', constructor: '"; drop table', toString: '\u2028%_!' }
  const past = await Past.begin()
  await past.fire(hostile)
  const { alert } = await explained(past)
  expect(Object.entries(alert.labels).sort()).toEqual(Object.entries(hostile).sort())
  expect(alert.ownership).toBe('default')
})

it('answers 404 for an alert that is not there and 400 for what is no id', async () => {
  const past = await Past.begin()
  expect((await past.get('/api/v1/alerts/7', 404)).error.message).toMatch(/no alert 7/)
  await past.get('/api/v1/alerts/seven', 400)
})
