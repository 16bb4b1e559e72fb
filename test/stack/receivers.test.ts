/** What plays Slack, PagerDuty and mail for the stack, and how its messages look at the terminal. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createTransport } from 'nodemailer'
import { expect, it, onTestFinished } from 'vitest'
import { messageBoxes } from '../../src/stack/message-boxes.ts'
import { type Message, openReceivers } from '../../src/stack/receivers.ts'
import { openTerminal } from '../../src/terminal/terminal.ts'

async function open(realSlack: string | null = null) {
  const messages: Message[] = []
  const receivers = await openReceivers(realSlack, (message) => messages.push(message))
  onTestFinished(receivers.close)
  return { messages, receivers }
}

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

it('tells teams apart in Slack', async () => {
  const { messages, receivers } = await open()
  expect((await post(receivers.slackUrl('data-science'), { text: 'hello' })).status).toBe(200)
  expect(messages).toEqual([{ place: 'slack', team: 'data-science', payload: { text: 'hello' } }])
  expect(receivers.addresses).toContain(new URL(receivers.slackUrl('data-science')).host)
})

it('sends all teams to the real Slack when there is one', async () => {
  const { receivers } = await open('https://hooks.slack.com/services/T/B/x')
  expect(receivers.slackUrl('a')).toBe('https://hooks.slack.com/services/T/B/x')
  const here = [receivers.pagerDutyUrl, receivers.heartbeatUrl].map((url) => new URL(url).host)
  expect(receivers.addresses).toEqual(here)
})

it('knows the integration keys of its teams only', async () => {
  const { messages, receivers } = await open()
  setDefaultCACertificates([...getCACertificates('default'), receivers.certificate])
  const event = (routing_key: string) => ({
    ...{ routing_key, event_action: 'trigger', dedup_key: 'k' },
    payload: { summary: 's', source: 'x', severity: 'critical' },
  })
  expect((await post(receivers.pagerDutyUrl, event(receivers.pagerDutyKey('platform')))).status).toBe(202)
  expect((await post(receivers.pagerDutyUrl, event('0'.repeat(32)))).status).toBe(400)
  expect(messages).toEqual([expect.objectContaining({ place: 'pagerduty', team: 'platform' })])
})

it('takes mail', async () => {
  const { messages, receivers } = await open()
  const transport = createTransport(`smtp://${receivers.smtp}`)
  await transport.sendMail({ from: 'a@example.org', to: 'b@example.org', subject: 'S', text: 'T' })
  expect(messages).toEqual([{ place: 'mail', mail: expect.objectContaining({ to: ['b@example.org'] }) }])
})

it('shows each message in a box of its own', () => {
  let printed = ''
  const noon = new Date(2026, 0, 1, 12, 0, 0).getTime()
  const show = messageBoxes(openTerminal({ write: (text) => (printed += text) }, {}), () => noon)
  const event = { routing_key: 'k', dedup_key: 'd', payload: { summary: 'it broke', severity: 'critical' } }
  show({ place: 'slack', team: 'platform', payload: { text: '🔴 *Firing*' } })
  show({ place: 'pagerduty', team: 'platform', payload: { ...event, event_action: 'trigger' } })
  show({ place: 'pagerduty', team: 'platform', payload: { ...event, event_action: 'resolve' } })
  const lines = printed.split('\n').map((line) => line.replaceAll(/ *[│─╮╯╰]+$/g, '').trimEnd())
  expect(lines).toEqual([
    ...['╭─ Slack · #platform · 12:00:00', '│ 🔴 Firing', ''],
    ...['╭─ PagerDuty · platform · 12:00:00'],
    ...['│ PagerDuty: incident #1 triggered (critical), somebody is called: it broke', ''],
    ...['╭─ PagerDuty · platform · 12:00:00', '│ PagerDuty: incident #1 resolved.', '', ''],
  ])
})
