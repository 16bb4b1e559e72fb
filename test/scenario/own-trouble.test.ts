/** What the router says about itself: trouble is an alert like any other, told once and told to be over. */
import { expect, it } from 'vitest'
import { story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: chat
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
route:
  receiver: chat
  group_by: [alertname]
`

it('tells a team that its new document cannot be used, by the last good one, and that it is repaired', async () => {
  const s = await story({ teams: { payments } })
  await s.writeTeam('payments', payments.replace('receiver: chat\n', 'receiver: chta\n'))
  await s.reload()
  await s.advance('10s')
  s.slack.expect(/AlertRouterDocumentBroken/, /"chta" is not defined/, /payments\.yml/)
  await s.reload()
  await s.advance('1m')
  s.slack.expectNothing()
  await s.writeTeam('payments', payments)
  await s.reload()
  await s.advance('1m')
  s.slack.expect(/Resolved: AlertRouterDocumentBroken/)
})

it('tells the operators of a file that is no team, also when it was there at the start', async () => {
  const s = await story({ teams: { payments } })
  await s.writeTeam('Not A Team', payments)
  await s.restart()
  await s.advance('10s')
  s.operators.expect(/AlertRouterDocumentBroken/, /not named after a team/)
  await s.removeTeam('Not A Team')
  await s.restart()
  await s.advance('1m')
  s.operators.expect(/Resolved: AlertRouterDocumentBroken/)
})

it('tells the operators of alerts that it could not understand, and of no more once they stopped', async () => {
  const s = await story({ teams: { payments } })
  const good = { status: 'firing', labels: { alertname: 'Up', team: 'payments' }, startsAt: '2026-11-20T11:59:00Z' }
  await s.post({ version: '4', alerts: [good, { status: 'firing', labels: { alertname: 7 } }] })
  await s.advance('10s')
  s.slack.expect(/Firing: Up/)
  s.operators.expect(/AlertRouterQuarantine/, /must be text/)
  await s.post('no json <!channel>', 400)
  await s.advance('10m')
  s.operators.expectNothing()
  await s.advance('10m')
  s.operators.expect(/Resolved: AlertRouterQuarantine/)
  const { quarantined } = await s.api<{ quarantined: { reason: string; body: string }[] }>('/api/v1/quarantine?limit=1')
  expect(quarantined).toMatchObject([{ reason: expect.stringMatching(/not JSON/), body: 'no json <!channel>' }])
  const { alerts } = await s.api<{ alerts: { source: string }[] }>(
    '/api/v1/alerts?filter=alertname="AlertRouterQuarantine"',
  )
  expect(alerts).toHaveLength(1)
})
