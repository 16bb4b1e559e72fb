/** A program behind a webhook: it hears what people hear, in Alertmanager's words. */
import { expect, it } from 'vitest'
import { story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: bridge
    webhook_configs:
      - url: env:PAYMENTS_WEBHOOK_URL
route:
  receiver: bridge
  group_by: [alertname]
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'warning', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }

/** The services of a message's alerts that are in this state. */
function services(payload: Record<string, unknown>, status: string): (string | undefined)[] {
  const alerts = payload.alerts as { status: string; labels: Record<string, string> }[]
  return alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.service)
}

it('is told the fire, the update, what has ended and that all has', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  const first = s.webhook.expect(/first · firing/).payload
  expect(first).toMatchObject({ version: '4', status: 'firing', truncatedAlerts: 0 })
  await s.fire(ledger)
  await s.advance('1m')
  const update = s.webhook.expect(/new-alerts · firing/).payload
  expect(services(update, 'firing')).toEqual(['ledger', 'checkout'])
  await s.resolve(checkout)
  await s.advance('1m')
  const some = s.webhook.expect(/some-resolved · firing/).payload
  expect([services(some, 'firing'), services(some, 'resolved')]).toEqual([['ledger'], ['checkout']])
  await s.resolve(ledger)
  await s.advance('1m')
  const last = s.webhook.expect(/all-resolved · resolved/).payload
  expect([last.status, services(last, 'resolved'), last.groupKey]).toEqual(['resolved', ['ledger'], first.groupKey])
})

it('is sent the newest state once after an hour of being down', async () => {
  const s = await story({ teams: { payments } })
  await s.webhook.refuse()
  await s.fire(checkout)
  await s.advance('30m')
  await s.fire(ledger)
  await s.resolve(checkout)
  await s.advance('30m')
  s.operators.expect(/Firing: AlertRouterDestinationFailing/)
  await s.webhook.recover()
  await s.advance('1m')
  const { payload } = s.webhook.expect(/first · firing/)
  expect([services(payload, 'firing'), services(payload, 'resolved')]).toEqual([['ledger'], ['checkout']])
  expect(payload.alertrouter).toMatchObject({ lateBecause: expect.stringContaining('ECONNREFUSED') })
  await s.advance('2m')
  s.operators.expect(/Resolved: AlertRouterDestinationFailing/)
})

it('is left alone for as long as it asks', async () => {
  const s = await story({ teams: { payments } })
  s.webhook.rateLimit(300)
  await s.fire(checkout)
  await s.advance('5s')
  await s.webhook.recover()
  await s.advance('299s')
  expect(s.webhook.requests).toHaveLength(1)
  await s.advance('2s')
  s.webhook.expect(/first · firing/)
})
