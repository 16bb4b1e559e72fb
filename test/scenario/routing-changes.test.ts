/** Documents that change while alerts fire: whoever was told is told the end, and nobody is told twice. */
import { it } from 'vitest'
import { story } from '../harness/story.ts'

const receivers = `
team: payments
receivers:
  - name: chat
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
  - name: oncall
    slack_configs:
      - api_url: env:PAYMENTS_ONCALL_SLACK_URL
`
const root = `${receivers}
route:
  receiver: chat
  group_by: [alertname]
`
const checkoutToOncall = `${root}
  routes:
    - matchers: [service="checkout"]
      receiver: oncall
`
const checkoutToChat = `${root}
  routes:
    - matchers: [service="checkout"]
      receiver: chat
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }

it('tells the resolve to whoever was told the fire, though the route is gone', async () => {
  const s = await story({ teams: { payments: checkoutToOncall } })
  const oncall = s.inbox('PAYMENTS_ONCALL_SLACK_URL')
  await s.fire(checkout)
  await s.advance('5s')
  oncall.expect(/Firing/)
  await s.writeTeam('payments', root)
  await s.reload()
  await s.advance('5s')
  s.slack.expect(/Firing/, /checkout/)
  await s.advance('1m')
  await s.resolve(checkout)
  await s.advance('1m')
  oncall.expect(/Resolved/)
  s.slack.expect(/Resolved/)
})

it('does not announce again when the new route ends at a destination that knows', async () => {
  const s = await story({ teams: { payments: root } })
  await s.fire([checkout, ledger])
  await s.advance('5s')
  s.slack.expect(/2 firing/)
  await s.writeTeam('payments', checkoutToChat)
  await s.reload()
  await s.advance('10m')
  s.slack.expectNothing()
  await s.resolve([checkout, ledger])
  await s.advance('2m')
  s.slack.expect(/Resolved/)
  s.slack.expect(/Resolved/)
})

it('keeps the life of a group whose timers and siblings change', async () => {
  const s = await story({ teams: { payments: root } })
  await s.fire(ledger)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.writeTeam('payments', `${checkoutToOncall.trimEnd()}\n  group_wait: 20s\n  group_interval: 30s\n`)
  await s.reload()
  await s.advance('1m')
  s.slack.expectNothing()
  await s.fire({ ...ledger, instance: 'b' })
  await s.advance('19s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/1 new, 2 firing/)
})

it('tells a receiver that is added to a living route what fires', async () => {
  const both = root.replace(
    '- api_url: env:PAYMENTS_SLACK_URL',
    '- api_url: env:PAYMENTS_SLACK_URL\n      - api_url: env:PAYMENTS_ONCALL_SLACK_URL',
  )
  const s = await story({ teams: { payments: root } })
  await s.fire(ledger)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.advance('5m')
  await s.writeTeam('payments', both)
  await s.reload()
  await s.advance('1m')
  s.inbox('PAYMENTS_ONCALL_SLACK_URL').expect(/Firing/)
  s.slack.expectNothing()
})

it("still tells the end when the whole team's document is gone", async () => {
  const s = await story({ teams: { payments: root } })
  await s.fire(ledger)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.removeTeam('payments')
  await s.reload()
  await s.advance('30s')
  s.inbox('DEFAULT_SLACK_URL').expect(/HighErrorRatio/)
  await s.resolve(ledger)
  await s.advance('2m')
  s.slack.expect(/Resolved/)
  s.inbox('DEFAULT_SLACK_URL').expect(/Resolved/)
})
