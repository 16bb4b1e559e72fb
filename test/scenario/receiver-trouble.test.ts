/** Receivers that are down, slow, busy or unsure: nothing is lost, and the newest state is what arrives. */
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

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }
const refunds = { ...checkout, service: 'refunds' }

it('tells one message, "fired and resolved", of an alert that came and went while the receiver was down', async () => {
  const s = await story({ teams: { payments } })
  await s.slack.refuse()
  await s.fire(checkout)
  await s.advance('2m')
  await s.resolve(checkout)
  await s.advance('2m')
  s.slack.expectNothing()
  await s.slack.recover()
  await s.advance('10m')
  s.operators.expect(/Firing: AlertRouterDestinationFailing/, /receiver chat \(team payments\)/, /ECONNREFUSED/)
  s.operators.expect(/Resolved: AlertRouterDestinationFailing/)
  s.slack.expect(/Fired and resolved/, /HighErrorRatio/, /late/)
  await s.advance('9h')
})

it('tells the resolve when the receiver is back, if it was told the fire', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.slack.refuse()
  await s.resolve(checkout)
  await s.advance('30m')
  await s.slack.recover()
  await s.advance('10m')
  s.operators.expect(/Firing: AlertRouterDestinationFailing/)
  s.operators.expect(/Resolved: AlertRouterDestinationFailing/)
  s.slack.expect(/Resolved/, /late/)
})

it('sends the newest state once after an hour of being down, not the history', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 503, body: 'upstream connect error' })
  await s.fire(checkout)
  await s.advance('20m')
  await s.fire(ledger)
  await s.advance('20m')
  await s.fire(refunds)
  await s.resolve(ledger)
  await s.advance('20m')
  const attempts = s.slack.requests.length
  expect(attempts).toBeGreaterThan(5)
  expect(attempts).toBeLessThan(200)
  await s.slack.recover()
  await s.advance('10m')
  s.operators.expect(/Firing: AlertRouterDestinationFailing/)
  s.operators.expect(/Resolved: AlertRouterDestinationFailing/)
  s.slack.expect(/2 firing/, /checkout/, /refunds/, /late/)
  await s.advance('3h')
})

it('keeps away for as long as Retry-After says, then delivers', async () => {
  const s = await story({ teams: { payments } })
  s.slack.rateLimit(120)
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.slack.requests).toHaveLength(1)
  await s.slack.recover()
  await s.advance('119s')
  expect(s.slack.requests).toHaveLength(1)
  await s.advance('6m')
  s.slack.expect(/Firing/)
})

it('sends a message of unknown outcome again before anything newer, marked as a possible repeat', async () => {
  const s = await story({ teams: { payments } })
  s.slack.reset()
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.slack.expect(/Firing/).text).not.toMatch(/possible repeat/i)
  await s.fire(ledger)
  await s.slack.recover()
  await s.advance('10m')
  const again = s.slack.expect(/HighErrorRatio/, /possible repeat/i)
  expect(again.text).not.toMatch(/ledger/)
  expect(s.slack.expect(/1 new, 2 firing/, /ledger/).text).not.toMatch(/possible repeat/i)
})

it('settles a fire of unknown outcome before the resolve', async () => {
  const s = await story({ teams: { payments } })
  s.slack.reset()
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.resolve(checkout)
  await s.slack.recover()
  await s.advance('10m')
  s.slack.expect(/Firing/, /possible repeat/i)
  s.slack.expect(/Resolved/)
})

it('gives up an attempt that hangs and tries again, as a possible repeat', async () => {
  const s = await story({ teams: { payments } })
  s.slack.hang()
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.slack.holds).toBe(true)
  await s.advance('10s')
  await s.slack.abandoned()
  await s.slack.recover()
  await s.advance('10m')
  s.slack.expect(/Firing/, /possible repeat/i)
})

it('does not say "possible repeat" when the connection was refused: nothing can have arrived', async () => {
  const s = await story({ teams: { payments } })
  await s.slack.refuse()
  await s.fire(checkout)
  await s.advance('30s')
  await s.slack.recover()
  await s.advance('10m')
  expect(s.slack.expect(/Firing/).text).not.toMatch(/possible repeat/i)
})
