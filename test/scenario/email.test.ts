/** Mail over the wire: one thread for the life of a group, one mail for each recipient, and the newest state after trouble. */
import { expect, it } from 'vitest'
import { story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: mail
    email_configs:
      - to: oncall@example.com
route:
  receiver: mail
  group_by: [alertname]
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }
const refunds = { ...checkout, service: 'refunds' }

it('tells the life of a group in one thread: fire, more, some resolved, all resolved', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout, { annotations: { summary: '20 % of requests fail' } })
  await s.advance('10s')
  const first = s.email.expect('To: oncall@example.com', 'Subject: [🔴 Firing] HighErrorRatio · critical · payments')
  expect(first.text).toContain('20 % of requests fail')
  await s.fire(ledger)
  await s.advance('2m')
  const second = s.email.expect(/Subject: \[🔴 1 new, 2 firing\]/u, /1 new:\n.*ledger/, /1 still firing:\n/)
  await s.resolve(checkout)
  await s.advance('2m')
  const third = s.email.expect(/Subject: \[🔴 1 resolved, 1 still firing\]/u, /resolved 12:0\d UTC/)
  await s.resolve(ledger)
  await s.advance('2m')
  const last = s.email.expect(/Subject: \[✅ Resolved\]/u)
  const mails = [first, second, third, last].map(({ mail }) => mail)
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(4)
  const [root, ...others] = new Set(mails.flatMap(({ references, inReplyTo }) => [references, inReplyTo]))
  expect(root).toMatch(/^<ar-[\w-]+@example\.org>$/)
  expect(others).toEqual([])
  expect(mails.map(({ messageId }) => messageId)).not.toContain(root)
  await s.fire(checkout)
  await s.advance('10s')
  expect(s.email.expect(/Firing/).mail.references).not.toBe(root)
})

it('sends the newest state once after an hour without a mail server', async () => {
  const s = await story({ teams: { payments } })
  await s.email.refuse()
  await s.fire(checkout)
  await s.advance('20m')
  await s.fire(ledger)
  await s.advance('20m')
  await s.fire(refunds)
  await s.resolve(ledger)
  await s.advance('20m')
  s.email.expectNothing()
  await s.email.recover()
  await s.advance('10m')
  const mail = s.email.expect(
    /Subject: \[🔴 1 came and went, 2 firing\]/u,
    /service=checkout/,
    /service=refunds/,
    /🕓 Sent .* late/u,
  )
  expect(mail.text).not.toMatch(/possible repeat/i)
  s.operators.expect(/Firing/, 'oncall@example.com', 'ECONNREFUSED')
  s.operators.expect(/Resolved/, 'oncall@example.com')
})

it('refuses one recipient for good, and the other gets every mail', async () => {
  const both = payments.replace('to: oncall@example.com', "to: 'gone@example.com, oncall@example.com'")
  const s = await story({ teams: { payments: both } })
  s.mailbox('gone@example.com').answer('550 5.1.1 No such user')
  await s.fire(checkout)
  await s.advance('10s')
  s.mailbox('oncall@example.com').expect(/Firing/)
  s.mailbox('gone@example.com').expectNothing()
  expect(s.mailbox('gone@example.com').requests).toHaveLength(1)
  // What became of the other address is news for whoever of the team can be reached.
  s.mailbox('oncall@example.com').expect('gone@example.com', '550 5.1.1 No such user')
  const { notifications } = await s.api<{ notifications: { state: string; destination: { reference: string } }[] }>(
    '/api/v1/notifications?channel=email',
  )
  const states = notifications.map(({ state, destination }) => `${destination.reference} ${state}`)
  expect(new Set(states)).toEqual(new Set(['gone@example.com dead', 'oncall@example.com delivered']))
})

it('waits a minute where it is greylisted, then delivers', async () => {
  const s = await story({ teams: { payments } })
  s.email.answer('451 4.7.1 Greylisted, come back later')
  await s.fire(checkout)
  await s.advance('10s')
  expect(s.email.requests).toHaveLength(1)
  await s.email.recover()
  await s.advance('45s')
  expect(s.email.requests).toHaveLength(1)
  await s.advance('20s')
  const { text } = s.email.expect(/Firing/, /an earlier attempt failed: 451 4\.7\.1 Greylisted/)
  expect(text).not.toMatch(/possible repeat/i)
})

it('marks what may have arrived as a possible repeat, under the same Message-ID', async () => {
  const s = await story({ teams: { payments } })
  s.email.reset()
  await s.fire(checkout)
  await s.advance('5s')
  const first = s.email.expect(/Firing/)
  await s.email.recover()
  await s.advance('1m')
  const again = s.email.expect(/Firing/, /🔁 Possible repeat/u)
  expect(again.mail.messageId).toBe(first.mail.messageId)
})

it('gives up on a server that hangs after the final dot, and tries again as a possible repeat', async () => {
  const s = await story({ teams: { payments } })
  s.email.hang()
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.email.holds).toBe(true)
  await s.advance('10s')
  await s.email.abandoned()
  await s.email.recover()
  await s.advance('1m')
  s.email.expect(/Firing/, /🔁 Possible repeat/u)
})

it('keeps the mail of a router without SMTP_URL until there is one', async () => {
  const s = await story({ teams: { payments }, env: { SMTP_URL: '' } })
  await s.fire(checkout)
  await s.advance('1m')
  const { alerts } = await s.api<{ alerts: { id: number }[] }>('/api/v1/alerts')
  const timeline = JSON.stringify(await s.api(`/api/v1/alerts/${alerts[0]?.id}`))
  expect(timeline).toContain('SMTP_URL is not set: the operator names the mail server by SMTP_URL and SMTP_FROM')
  s.email.expectNothing()
})
