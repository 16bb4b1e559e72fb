/** An alert that has to keep coming: its silence is told, its return is told, and it is never told itself. */
import { expect, it } from 'vitest'
import { type Story, story } from '../harness/story.ts'

const ops = `
team: ops
receivers:
  - name: chat
    slack_configs: [{ api_url: env:OPS_SLACK_URL }]
route: { receiver: chat, group_by: [alertname] }
heartbeats:
  - name: cluster-a
    matchers: ['alertname="Watchdog"', 'cluster="a"']
    every: 5m
    receiver: chat
`
const withoutHeartbeats = ops.slice(0, ops.indexOf('heartbeats:'))
const watchdog = { alertname: 'Watchdog', cluster: 'a', severity: 'none' }

/** The Watchdog comes each minute. */
async function beats(s: Story, minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    await s.fire(watchdog)
    await s.advance('1m')
  }
}

interface Shown {
  readonly heartbeats: readonly { readonly name: string; readonly missing: boolean; readonly dueAt: string | null }[]
}

async function shown(s: Story) {
  return (await s.api<Shown>('/api/v1/heartbeats')).heartbeats
}

it('is told to nobody while it comes, at once when it does not, and when it is back', async () => {
  const s = await story({ teams: { ops } })
  await beats(s, 30)
  s.slack.expectNothing()
  await s.advance('3m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/Firing/, /HeartbeatMissing/, /cluster-a/)
  await s.advance('10m')
  await s.fire(watchdog)
  s.slack.expect(/Resolved/, /HeartbeatMissing/)
  s.operators.expectNothing()
})

it('is missed again after it was back', async () => {
  const s = await story({ teams: { ops } })
  await beats(s, 2)
  for (let n = 0; n < 2; n++) {
    await s.advance('4m')
    s.slack.expect(/Firing/, /HeartbeatMissing/)
    // Longer than the loop that watches has anything to wait for: every heartbeat there is has been missed.
    await s.advance('20m')
    await s.fire(watchdog)
    s.slack.expect(/Resolved/, /HeartbeatMissing/)
    await s.advance('1m')
  }
})

it('that never comes is missed too', async () => {
  const s = await story({ teams: { ops } })
  await s.advance('5m')
  s.slack.expect(/HeartbeatMissing/, /when it was first expected/)
})

it('is missing at once when Alertmanager says that it is resolved, and reminds every hour', async () => {
  const s = await story({ teams: { ops } })
  await beats(s, 2)
  await s.resolve(watchdog)
  s.slack.expect(/Firing/, /HeartbeatMissing/, /sent as resolved/)
  await s.advance('59m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/still firing|Still firing/i)
})

it('has its whole time again after a restart, as it may have been us who were away', async () => {
  const s = await story({ teams: { ops } })
  await beats(s, 2)
  await s.advance('3m59s')
  await s.restart()
  await s.advance('4m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/HeartbeatMissing/)
  await s.restart()
  await s.advance('30m')
  s.slack.expectNothing()
  await s.fire(watchdog)
  s.slack.expect(/Resolved/, /HeartbeatMissing/)
})

it('is resolved when nobody expects it any more', async () => {
  const s = await story({ teams: { ops } })
  await s.advance('5m')
  s.slack.expect(/HeartbeatMissing/)
  await s.writeTeam('ops', withoutHeartbeats)
  await s.advance('1m')
  await s.reload()
  await s.advance('5s')
  s.slack.expect(/Resolved/, /HeartbeatMissing/)
  expect(await shown(s)).toEqual([])
})

it('is expected from the moment on that a new document asks for it', async () => {
  const s = await story({ teams: { ops: withoutHeartbeats } })
  await s.advance('7m')
  await s.writeTeam('ops', ops)
  await s.reload()
  await s.advance('4m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/HeartbeatMissing/)
})

it('shows where it stands', async () => {
  const s = await story({ teams: { ops } })
  const start = s.clock.now()
  const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString()
  const entry = {
    team: 'ops',
    name: 'cluster-a',
    matchers: ['alertname="Watchdog"', 'cluster="a"'],
    every: '5m',
    receiver: 'chat',
  }
  expect(await shown(s)).toEqual([{ ...entry, lastBeatAt: null, dueAt: at(5), missing: false }])
  await beats(s, 2)
  expect(await shown(s)).toEqual([{ ...entry, lastBeatAt: at(1), dueAt: at(6), missing: false }])
  expect(await s.api<Shown>('/api/v1/heartbeats?team=default')).toEqual({ heartbeats: [] })
  const { alerts } = await s.api<{ alerts: { id: number }[] }>('/api/v1/alerts?state=firing')
  const { timeline } = await s.api<{ timeline: { text: string }[] }>(`/api/v1/alerts/${alerts[0]?.id}`)
  expect(timeline.map(({ text }) => text)).toEqual([
    'Received from source default: it fires.',
    'Heartbeat cluster-a of team ops, expected every 5m: so it is not routed.',
  ])
  await s.advance('5m')
  s.slack.expect(/HeartbeatMissing/)
  expect(await shown(s)).toEqual([{ ...entry, lastBeatAt: at(1), dueAt: null, missing: true }])
})
