/** The demo's receivers: what they show, how they answer, and whom they wake. */
import { createHmac } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer'
import { expect, it, onTestFinished } from 'vitest'
import { isLoopback } from '../../src/access/loopback.ts'
import { submit } from '../../src/channel/smtp-submit.ts'
import { parseSmtpUrl } from '../../src/channel/smtp-url.ts'
import { openInboxes } from '../../src/demo/inboxes.ts'
import { openStage } from '../../src/demo/stage.ts'
import { openTerminal } from '../../src/terminal/terminal.ts'

const never = new AbortController().signal

async function inboxes(realSlack: string | null) {
  let shown = ''
  const terminal = openTerminal({ write: (part: string) => (shown += part) }, {})
  const opened = await openInboxes(openStage(terminal), realSlack)
  onTestFinished(() => opened.close())
  return { opened, shown: () => shown }
}

function post(url: string | undefined, body: string, headers: Record<string, string> = {}) {
  return fetch(url ?? '', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

it('shows what Slack is sent, and answers ok as Slack does', async () => {
  const { opened, shown } = await inboxes(null)
  const response = await post(opened.env.PAYMENTS_SLACK_URL, '{"text":"*🔴 Firing* &lt;b&gt;"}')
  expect([response.status, await response.text()]).toEqual([200, 'ok'])
  expect(shown()).toMatch(/Slack · #payments.*│ 🔴 Firing <b> /s)
})

it('stumbles once when asked to, and takes the next try', async () => {
  const { opened, shown } = await inboxes(null)
  expect(opened.refuseOnce()).toBe(true)
  const answers = [await post(opened.env.PAYMENTS_SLACK_URL, '{}'), await post(opened.env.PAYMENTS_SLACK_URL, '{}')]
  expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [429, '1'],
    [200, null],
  ])
  expect(opened.taken()).toBe(1)
  expect(shown()).toMatch(/Slack answers 429/)
})

it('opens no Slack of its own when there is a real one, and does not count there', async () => {
  const { opened } = await inboxes('https://slack.example/x')
  expect(opened.env.PAYMENTS_SLACK_URL).toBe('https://slack.example/x')
  expect(opened.addresses).toHaveLength(3)
  expect([opened.hasRealSlack, opened.refuseOnce()]).toEqual([true, false])
  await opened.more({ slack: 1 })(never)
})

it('makes incidents of events as PagerDuty does, and knows nothing of the deleted integration', async () => {
  const { opened, shown } = await inboxes(null)
  const send = async (key: string | undefined, event_action: string, summary: string, dedup_key = 'a') => {
    const payload = { summary, source: 'host', severity: 'critical' }
    const event = { routing_key: key, event_action, dedup_key, payload }
    return (await post(`${opened.pagerDutyUrl}/v2/enqueue`, JSON.stringify(event))).status
  }
  const known = opened.env.PAYMENTS_PAGERDUTY_KEY
  expect(await send(opened.env.SEARCH_PAGERDUTY_KEY, 'trigger', 'lost')).toBe(400)
  expect(opened.taken()).toBe(0)
  expect(await send(known, 'trigger', 'It burns')).toBe(202)
  await send(known, 'trigger', 'Another one', 'b')
  await send(known, 'trigger', 'It burns less')
  await send(known, 'resolve', 'It is over')
  await send(known, 'resolve', 'It is over')
  const notes = shown()
    .replaceAll(/\n {9,}/g, ' ')
    .trimEnd()
    .split('\n')
  expect(notes.map((note) => note.replace(/^ +[\d.]+ s {2}out {2}/, ''))).toEqual([
    'PagerDuty answers 400, "Invalid routing key".',
    'PagerDuty: incident #1 triggered (critical), somebody is called: It burns',
    'PagerDuty: incident #2 triggered (critical), somebody is called: Another one',
    'PagerDuty: incident #1 updated: It burns less',
    'PagerDuty: incident #1 resolved.',
    'PagerDuty drops an event: nothing is open that it could resolve.',
  ])
})

it('shows the head of a mail and the first lines of its text', async () => {
  const { opened, shown } = await inboxes(null)
  const subject = '[🟠 Firing] Disk · warning'
  const lines = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`)
  const mail = { from: 'The Router <r@x.example>', to: 'duty@x.example', subject, html: '<b>no</b>' }
  const text = [subject, '', ...lines].join('\n')
  const content = await new MailComposer({ ...mail, text }).compile().build()
  const server = parseSmtpUrl(opened.env.SMTP_URL ?? '', isLoopback)
  const waiting = opened.more({ mail: 1 })(never)
  await submit(server, { from: 'r@x.example', to: 'duty@x.example', content }, AbortSignal.timeout(5_000))
  await waiting
  const box = shown().split('\n').slice(1, -2)
  expect(box.map((line) => line.replace(/^│ (.*?) *│$/, '$1'))).toEqual([
    'From: The Router <r@x.example>',
    'To: duty@x.example',
    `Subject: ${subject}`,
    expect.stringMatching(/^├─+┤$/),
    ...lines.slice(0, 8),
    '… and 4 more lines',
  ])
})

it('says whether the signature of a webhook holds, and wakes who waits for it', async () => {
  const { opened, shown } = await inboxes(null)
  const waiting = opened.more({ webhook: 1 })(never)
  const body = '{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A"}}]}'
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from((opened.env.PAYMENTS_WEBHOOK_SECRET ?? '').slice('whsec_'.length), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(`m1.${timestamp}.${body}`).digest('base64')}`
  const headers = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  await post(opened.env.PAYMENTS_WEBHOOK_URL, body, headers)
  await waiting
  expect(shown()).toContain('firing, 1 alert, signature verified')
  await post(opened.env.PAYMENTS_WEBHOOK_URL, body)
  expect(shown()).toMatch(/signature refused/)
})

it('waits for what comes after it was asked, not for what came before', async () => {
  const { opened } = await inboxes(null)
  await post(opened.env.DEFAULT_WEBHOOK_URL, '{}')
  let arrived = false
  const waiting = opened
    .more({ operators: 1 })(never)
    .then(() => {
      arrived = true
    })
  await post(opened.env.PAYMENTS_SLACK_URL, '{}')
  expect(arrived).toBe(false)
  await post(opened.env.DEFAULT_WEBHOOK_URL, '{}')
  await waiting
})

it('stops waiting when it is interrupted', async () => {
  const { opened } = await inboxes(null)
  const interrupted = new AbortController()
  const waiting = opened.more({ slack: 1 })(interrupted.signal)
  interrupted.abort(new Error('Ctrl-C'))
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
})
