/** A heartbeat explained: why it went nowhere, since when, and to whom that may be said. */
import { expect, it } from 'vitest'
import { explainAlert } from '../../src/history/explain.ts'
import { Traces } from '../../src/history/trace.ts'
import { Routing } from '../../src/team/routing.ts'
import type { TeamScope } from '../../src/team/scope.ts'
import { noon, Past, payments } from './past.ts'

const heartbeats = `heartbeats: [{ name: cluster-a, matchers: ['alertname="Watchdog"'], every: 5m, receiver: chat }]\n`
const ops = `team: ops
receivers: [{ name: chat, slack_configs: [{ api_url: env:OPS_SLACK_URL }] }]
route: { receiver: chat }
`
const watchdog = { alertname: 'Watchdog', cluster: 'a' }
const unrouted = 'Heartbeat cluster-a of team ops, expected every 5m: so it is not routed.'

async function told(past: Past, id = 1): Promise<string[]> {
  const { timeline } = await past.get(`/api/v1/alerts/${id}`)
  return timeline.map(({ what, text }: { what: string; text: string }) => (what === 'heartbeat' ? text : what))
}

it('says which heartbeat it is, instead of a route', async () => {
  const past = await Past.begin({ ops: ops + heartbeats })
  await past.fire(watchdog)
  await past.advance(60_000)
  await past.resolve(watchdog)
  expect(await told(past)).toEqual(['received', unrouted, 'closed'])
  const alert = await past.get('/api/v1/alerts/1')
  expect(alert).toMatchObject({ teams: ['default'], told: [], next: [] })
  expect(alert.timeline[1]).toEqual({
    what: 'heartbeat',
    at: new Date(noon).toISOString(),
    text: unrouted,
    team: 'ops',
    heartbeat: 'cluster-a',
    every: '5m',
    routed: false,
  })
})

it('keeps saying so when the document has changed since', async () => {
  const past = await Past.begin({ ops: ops + heartbeats })
  await past.fire(watchdog)
  await past.resolve(watchdog)
  await past.reload({ ops: ops + heartbeats.replace('cluster-a', 'other') })
  expect(await told(past)).toEqual(['received', unrouted, 'closed'])
})

it('tells the move of an alert that became one, and of one that is none any more', async () => {
  const past = await Past.begin({ ops })
  await past.fire(watchdog)
  await past.advance(60_000)
  await past.reload({ ops: ops + heartbeats })
  expect((await told(past)).slice(0, 5)).toEqual(['received', 'routed', 'notification', 'rerouted', unrouted])
  await past.advance(60_000)
  await past.reload({ ops })
  expect((await told(past)).slice(-2)).toEqual(['rerouted', 'routed'])
})

it('of a team that does not own the alert is told to that team only, unless it is why nobody was told', async () => {
  const past = await Past.begin({ ops: ops + heartbeats, payments })
  await past.fire({ ...watchdog, team: 'payments' }, watchdog)
  const deps = { reader: past.db.reader, routing: () => new Routing(new Map()), now: () => past.now }
  const heard = async (id: number, teams: TeamScope) => {
    const explained = await explainAlert(deps, new Traces(), id, teams)
    return explained?.timeline.filter(({ what }) => what === 'heartbeat').map(({ text }) => text)
  }
  const beside = 'Heartbeat cluster-a of team ops, expected every 5m: it is routed as well, as another team owns it.'
  expect(await heard(1, null)).toEqual([beside])
  expect(await heard(1, ['payments'])).toEqual([])
  expect(await heard(1, ['payments', 'ops'])).toEqual([beside])
  expect(await heard(2, ['default'])).toEqual([unrouted])
})
