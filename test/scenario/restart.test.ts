/** The process ends and begins again on the same database: nothing twice, nothing forgotten. */
import { it } from 'vitest'
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

it('keeps what waited for group_wait, and its deadline', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('3s')
  await s.restart()
  await s.advance('1999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/Firing/)
})

it('says nothing again of what was told, repeats when due, and tells the resolve', async () => {
  const s = await story({ teams: { payments } })
  await s.fire([checkout, ledger])
  await s.advance('5s')
  s.slack.expect(/2 firing/)
  await s.restart()
  await s.fire([checkout, ledger])
  await s.advance('1h')
  await s.restart()
  await s.advance('2h59m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/2 still firing/)
  await s.restart()
  await s.resolve([checkout, ledger])
  await s.advance('1m')
  s.slack.expect(/All 2 resolved/)
})

it('delivers what was pending when it stopped', async () => {
  const s = await story({ teams: { payments } })
  await s.slack.refuse()
  await s.fire(checkout)
  await s.advance('1m')
  await s.restart()
  await s.slack.recover()
  await s.advance('10m')
  s.slack.expect(/Firing/)
})

it('settles an attempt of unknown outcome after the restart', async () => {
  const s = await story({ teams: { payments } })
  s.slack.reset()
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.restart()
  await s.slack.recover()
  await s.advance('10m')
  s.slack.expect(/Firing/, /possible repeat/i)
})
