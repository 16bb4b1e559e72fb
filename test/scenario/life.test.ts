/** One group from its first alert to its last: who is told what, and exactly when. */
import { expect, it } from 'vitest'
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
  repeat_interval: 4h
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }
const refunds = { ...checkout, service: 'refunds' }

/** Three alerts fire, and everybody who should know does. */
async function threeFiring(): Promise<Story> {
  const s = await story({ teams: { payments } })
  await s.fire([checkout, ledger, refunds])
  await s.advance('5s')
  s.slack.expect(/HighErrorRatio/, /checkout/, /ledger/, /refunds/)
  return s
}

it('tells a new alert after group_wait, once', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout, { annotations: { summary: 'checkout error ratio 20%' } })
  await s.advance('4999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/Firing/, /critical/, /HighErrorRatio/, /checkout error ratio 20%/)
  await s.advance('3h')
})

it('counts group_wait from receipt, however long ago the alert started', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout, { startsAt: s.clock.now() - 3_600_000 })
  s.slack.expectNothing()
  await s.advance('4999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/HighErrorRatio/)
})

it('gathers what arrives within group_wait in one message, and does not wait again for the second', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('4s')
  await s.fire(ledger)
  await s.advance('1s')
  s.slack.expect(/2 firing/, /checkout/, /ledger/)
})

it('tells an alert that joins at the next group_interval, as new beside the old', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.fire(ledger)
  await s.advance('59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/1 new, 2 firing/, /ledger/)
})

it('waits only group_wait when the last flush is long past', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.advance('10m')
  await s.fire(ledger)
  await s.advance('4999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/1 new, 2 firing/)
})

it('says nothing about what it already said, however often it is repeated', async () => {
  const s = await threeFiring()
  for (let minute = 0; minute < 30; minute++) {
    await s.fire([checkout, ledger, refunds])
    await s.advance('1m')
  }
  s.slack.expectNothing()
})

it('tells that some resolved, then that all did, and then nothing more', async () => {
  const s = await threeFiring()
  await s.resolve(ledger)
  await s.advance('1m')
  s.slack.expect(/1 resolved, 2 still firing/, /ledger/)
  await s.resolve([checkout, refunds])
  await s.advance('1m')
  s.slack.expect(/All 2 resolved/, /checkout/, /refunds/)
  await s.advance('9h')
})

it('says in one message that one resolved while another came', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.resolve(checkout)
  await s.fire(ledger)
  await s.advance('1m')
  s.slack.expect(/1 resolved/, /1 firing/, /checkout/, /ledger/)
})

it('repeats after repeat_interval to the millisecond, and again after another', async () => {
  const s = await threeFiring()
  await s.advance('3h59m59s999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/3 still firing/)
  await s.advance('3h59m59s999ms')
  s.slack.expectNothing()
  await s.advance('1ms')
  s.slack.expect(/3 still firing/)
})

it('counts repeat_interval from the last message, whatever it said', async () => {
  const s = await threeFiring()
  await s.advance('3h')
  await s.resolve(ledger)
  await s.advance('5s')
  s.slack.expect(/1 resolved, 2 still firing/)
  await s.advance('3h59m59s')
  s.slack.expectNothing()
  await s.advance('1s')
  s.slack.expect(/2 still firing/)
})

it('tells nobody of an alert that resolves inside group_wait', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('3s')
  await s.resolve(checkout)
  await s.advance('9h')
  s.slack.expectNothing()
})

it('tells a resolve and a new fire between two flushes in one message', async () => {
  const s = await threeFiring()
  await s.advance('10s')
  await s.resolve(ledger)
  await s.advance('10s')
  await s.fire(ledger)
  await s.advance('5m')
  expect(s.slack.expect(/1 new, 1 resolved, 3 firing/, /ledger/).text).not.toMatch(/All/)
})

it('tells each round of a slow flap once, and ends quiet', async () => {
  const s = await story({ teams: { payments } })
  for (let round = 0; round < 3; round++) {
    await s.fire(checkout)
    await s.advance('2m')
    s.slack.expect(/Firing/)
    await s.resolve(checkout)
    await s.advance('2m')
    s.slack.expect(/Resolved/)
  }
  await s.advance('9h')
})

it('begins a new life when an alert comes back after all had resolved', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.resolve(checkout)
  await s.advance('1m')
  s.slack.expect(/Resolved/)
  await s.advance('20m')
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.slack.expect(/Firing/).text).not.toMatch(/new|resolved/)
})

it('keeps groups apart: one message for each alertname', async () => {
  const s = await story({ teams: { payments } })
  await s.fire([checkout, { alertname: 'QueueFull', team: 'payments', queue: 'refunds' }])
  await s.advance('5s')
  expect(s.slack.expect(/HighErrorRatio/).text).not.toMatch(/QueueFull/)
  expect(s.slack.expect(/QueueFull/).text).not.toMatch(/HighErrorRatio/)
})

it('stores a resolved alert that never fired here, and tells nobody', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('1s')
  await s.resolve(checkout)
  await s.advance('1h')
  s.slack.expectNothing()
})

const urgent = `${payments}  flush_now: [severity="critical"]\n`

it('flushes at once what flush_now matches, together with what was waiting', async () => {
  const s = await story({ teams: { payments: urgent } })
  await s.fire({ ...ledger, severity: 'warning' })
  s.slack.expectNothing()
  await s.fire(checkout)
  s.slack.expect(/2 firing/, /checkout/, /ledger/)
  await s.fire(refunds)
  s.slack.expect(/1 new, 3 firing/, /refunds/)
  await s.resolve(checkout)
  s.slack.expect(/1 resolved, 2 still firing/)
})
