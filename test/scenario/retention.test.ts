/** After RETENTION what is over is gone; what fires, is owed or waits to be sent is all there, and so is its story. */
import { expect, it } from 'vitest'
import { type Story, type StoryLabels, story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: chat
    slack_configs: [{ api_url: env:PAYMENTS_SLACK_URL }]
  - name: hook
    webhook_configs: [{ url: env:PAYMENTS_WEBHOOK_URL }]
route:
  receiver: chat
  group_by: [alertname]
  repeat_interval: 1d
  routes:
    - matchers: ['to = "hook"']
      receiver: hook
`

const base = { team: 'payments', severity: 'critical' }
const over = { ...base, alertname: 'Over' }
const fires = { ...base, alertname: 'Fires' }
const owed = { ...base, alertname: 'Owed', to: 'hook' }
const pending = { ...base, alertname: 'Pending', to: 'hook' }

interface Listed {
  readonly id: number
  readonly labels: StoryLabels
}

/** Ids by name, without what the router says about itself. */
async function listed(s: Story): Promise<Map<string, number>> {
  const { alerts } = await s.api<{ alerts: Listed[] }>('/api/v1/alerts')
  const own = /^AlertRouter/
  return new Map(alerts.flatMap(({ id, labels: { alertname = '' } }) => (own.test(alertname) ? [] : [[alertname, id]])))
}

it('lets go of what is over, and of nothing that fires, is owed or is pending', async () => {
  const s = await story({ teams: { payments }, env: { RETENTION: '1h' } })
  await s.fire([over, fires])
  await s.fire(owed)
  await s.advance('5s')
  s.slack.expect(/Firing: Over/)
  s.slack.expect(/Firing: Fires/)
  s.webhook.expect(/Owed/)
  await s.webhook.refuse()
  await s.fire(pending)
  await s.resolve([over, owed])
  await s.advance('1m')
  s.slack.expect(/Resolved: Over/)
  expect([...(await listed(s)).keys()].sort()).toEqual(['Fires', 'Over', 'Owed', 'Pending'])

  await s.advance('4h')
  const left = await listed(s)
  expect([...left.keys()].sort()).toEqual(['Fires', 'Owed', 'Pending'])
  const { timeline } = await s.api<{ timeline: { what: string }[] }>(`/api/v1/alerts/${left.get('Fires')}`)
  expect(timeline.map(({ what }) => what)).toEqual(['received', 'routed', 'notification'])
  await s.restart()
  await s.webhook.recover()
  await s.advance('10m')
  s.slack.expect(/Firing: AlertRouterDestinationFailing/)
  s.slack.expect(/Resolved: AlertRouterDestinationFailing/)
  s.webhook.expect(/firing Pending/)
  s.webhook.expect(/resolved Owed/)
  await s.resolve([fires, pending])
  await s.advance('1m')
  s.slack.expect(/Resolved: Fires/)
  s.webhook.expect(/Pending/)

  await s.advance('4h')
  expect(await listed(s)).toEqual(new Map())
})
