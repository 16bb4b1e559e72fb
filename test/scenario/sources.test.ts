/** Alerts that Alertmanager never resolves: what its API says, and what silence says, over the wire and over time. */
import { expect, it } from 'vitest'
import { AlertmanagerApi } from '../harness/alertmanager-api.ts'
import { FakeClock } from '../harness/clock.ts'
import { type Story, story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: chat
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
route:
  receiver: chat
  group_by: [alertname]
  group_wait: 5s
  group_interval: 1m
  repeat_interval: 30d
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }

interface Explained {
  readonly status: string
  readonly closeReason: string | null
  readonly timeline: readonly { readonly what: string; readonly text: string; readonly reason?: string }[]
}

/** Replicas of the source `default` list an alert that fires and was told. */
async function firing(replicas: number): Promise<{ s: Story; apis: [AlertmanagerApi, ...AlertmanagerApi[]] }> {
  const clock = new FakeClock()
  const first = await AlertmanagerApi.start(clock)
  const others = await Promise.all(Array.from({ length: replicas - 1 }, () => AlertmanagerApi.start(clock)))
  const apis: [AlertmanagerApi, ...AlertmanagerApi[]] = [first, ...others]
  const urls = apis.map(({ url }) => url).join(',')
  const s = await story({ clock, teams: { payments }, env: { ALERTMANAGER_URLS: `default=${urls}` } })
  for (const api of apis) api.list(checkout)
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/, /HighErrorRatio/)
  return { s, apis }
}

async function explained(s: Story, id = 1): Promise<Explained> {
  return s.api<Explained>(`/api/v1/alerts/${id}`)
}

it('tells within 3 min that an alert is over which ended while it was silenced, and says how it knows', async () => {
  const { s, apis } = await firing(1)
  await s.advance('1h')
  apis[0].list(checkout, { state: 'suppressed' })
  await s.advance('2h')
  apis[0].drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved: HighErrorRatio/, /Alertmanager no longer lists it/)
  const { status, closeReason, timeline } = await explained(s)
  expect({ status, closeReason }).toEqual({ status: 'resolved', closeReason: 'reconciled' })
  expect(timeline.find(({ what }) => what === 'closed')).toMatchObject({
    reason: 'reconciled',
    text: 'Closed: no Alertmanager of the source listed it any more, twice in a row.',
  })
  await s.advance('6h')
})

it('closes nothing when Alertmanager begins anew and knows of nothing yet', async () => {
  const { s, apis } = await firing(1)
  await s.advance('1h')
  apis[0].restart()
  await s.advance('10m')
  apis[0].list(checkout)
  await s.advance('1h')
  expect(await explained(s)).toMatchObject({ status: 'firing' })
  apis[0].restart()
  await s.advance('10m')
  s.slack.expectNothing()
  await s.advance('4m')
  s.slack.expect(/Resolved/, /no longer lists it/)
})

it('closes nothing while one replica of two still lists it', async () => {
  const { s, apis } = await firing(2)
  const [one, other] = apis
  one.drop(checkout)
  await s.advance('2h')
  s.slack.expectNothing()
  other?.drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved/)
})

it('closes nothing while one replica of two cannot be reached', async () => {
  const { s, apis } = await firing(2)
  const [one, other] = apis
  for (const api of apis) api.drop(checkout)
  await other?.refuse()
  await s.advance('2h')
  s.slack.expectNothing()
  await other?.recover()
  await s.advance('3m')
  s.slack.expect(/Resolved/)
  expect(one.requests.length).toBeGreaterThan(200)
})

it('closes nothing while the cluster has a member that nobody named', async () => {
  const { s, apis } = await firing(1)
  apis[0].cluster = { name: 'one', members: ['one', 'other'] }
  apis[0].drop(checkout)
  await s.advance('2h')
  s.slack.expectNothing()
  apis[0].cluster = { name: 'one', members: ['one'] }
  await s.advance('3m')
  s.slack.expect(/Resolved/)
})

it('tells again what fires again after such a close', async () => {
  const { s, apis } = await firing(1)
  apis[0].drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved/)
  await s.advance('10m')
  apis[0].list(checkout)
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/, /HighErrorRatio/)
  expect(await explained(s, 2)).toMatchObject({ status: 'firing', reopened: true })
  await s.advance('1h')
  apis[0].drop(checkout)
  await s.resolve(checkout)
  await s.advance('1m')
  s.slack.expect(/Resolved/)
  await s.advance('1h')
})

it('finds by itself what fires again after such a close, though Alertmanager says nothing (AM-D9)', async () => {
  const { s, apis } = await firing(1)
  apis[0].drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved/)
  await s.restart()
  apis[0].list(checkout, { state: 'suppressed' })
  await s.advance('30m')
  s.slack.expectNothing()
  apis[0].list(checkout)
  await s.advance('65s')
  s.slack.expect(/Firing/, /HighErrorRatio/)
  const { timeline } = await explained(s, 2)
  expect(timeline[0]?.text).toBe('No webhook came, but it is listed by source default: it fires.')
  apis[0].drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved/)
})

it('shows both when Alertmanager says after all that it is resolved, and tells it once', async () => {
  const { s, apis } = await firing(1)
  apis[0].drop(checkout)
  await s.advance('3m')
  s.slack.expect(/Resolved/, /no longer lists it/)
  await s.advance('2m')
  await s.resolve(checkout)
  await s.advance('1h')
  const { closeReason, timeline } = await explained(s)
  expect(closeReason).toBe('resolved')
  const told = timeline.filter(({ what }) => what === 'closed' || what === 'notification')
  expect(told.map(({ what, reason }) => [what, reason])).toEqual([
    ['notification', 'first'],
    ['closed', 'reconciled'],
    ['notification', 'all-resolved'],
    ['closed', 'resolved'],
  ])
})

it('counts anew after a restart of the router: nothing is closed early, and it is closed', async () => {
  const { s, apis } = await firing(1)
  apis[0].drop(checkout)
  await s.advance('1m')
  await s.restart()
  await s.advance('59s')
  s.slack.expectNothing()
  await s.advance('2m')
  s.slack.expect(/Resolved/)
})

it('closes after STALE_AFTER what nothing is heard of, and tells it again when it comes back', async () => {
  const s = await story({ teams: { payments }, env: { STALE_AFTER: '2h' } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.advance('1h')
  await s.fire(checkout)
  await s.advance('1h59m')
  s.slack.expectNothing()
  await s.advance('2m')
  s.slack.expect(/Resolved/, /last heard of/, /closed, as nothing more was heard of it/)
  const { closeReason, timeline } = await explained(s)
  expect(closeReason).toBe('stale')
  const heardAt = new Date(s.clock.now() - 7_260_000).toISOString()
  expect(timeline.at(-2)?.text).toBe(`Closed: nothing was heard of it since ${heardAt}.`)
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
})
