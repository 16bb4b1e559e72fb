/** The recording moved to another time, and the receivers that show what they get. */
import { createHmac } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { openInboxes } from '../../src/demo/inboxes.ts'
import { loadRecording, shiftTimes } from '../../src/demo/recorded.ts'
import { openTerminal } from '../../src/demo/terminal.ts'

it('moves the first start to now and keeps every interval', async () => {
  const now = Date.parse('2027-01-01T00:00:00.250Z')
  const { firing, mixed, resolved } = await loadRecording(now)
  const times = [firing, mixed, resolved].map((body) => body.alerts.map((alert) => [alert.startsAt, alert.endsAt]))
  const start = '2027-01-01T00:00:00.250Z'
  const zero = '0001-01-01T00:00:00Z'
  expect(times).toEqual([
    [
      [start, zero],
      [start, zero],
      [start, zero],
    ],
    [
      [start, zero],
      [start, '2027-01-01T00:00:03.250Z'],
      [start, zero],
    ],
    [
      [start, '2027-01-01T00:00:10.250Z'],
      [start, '2027-01-01T00:00:10.250Z'],
    ],
  ])
})

it('moves times only, at any depth', () => {
  const body = {
    startsAt: '2026-01-01T00:00:00Z',
    alerts: [{ endsAt: '0001-01-01T00:00:00Z', labels: { a: '2026-01-01T00:00:00Z' } }],
  }
  expect(shiftTimes(body, 1_000)).toEqual({
    startsAt: '2026-01-01T00:00:01.000Z',
    alerts: [{ endsAt: '0001-01-01T00:00:00Z', labels: { a: '2026-01-01T00:00:00Z' } }],
  })
})

async function inboxes(realSlack: string | null) {
  let shown = ''
  const terminal = openTerminal({ write: (part: string) => (shown += part) }, {})
  const opened = await openInboxes(terminal, realSlack)
  onTestFinished(() => opened.close())
  return { opened, shown: () => shown }
}

function post(url: string | undefined, body: string, headers: Record<string, string> = {}) {
  return fetch(url ?? '', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

it('shows what Slack is sent, and answers ok as Slack does', async () => {
  const { opened, shown } = await inboxes(null)
  const response = await post(opened.secrets.PAYMENTS_SLACK_URL, '{"text":"*🔴 Firing* &lt;b&gt;"}')
  expect([response.status, await response.text()]).toEqual([200, 'ok'])
  expect(shown()).toMatch(/Slack · #payments.*│ 🔴 Firing <b> /s)
})

it('opens no Slack of its own when there is a real one', async () => {
  const { opened } = await inboxes('https://slack.example/x')
  expect(opened.secrets.PAYMENTS_SLACK_URL).toBe('https://slack.example/x')
  expect(opened.addresses).toHaveLength(2)
})

it('says whether the signature of a webhook holds, and wakes who waits for it', async () => {
  const { opened, shown } = await inboxes(null)
  const waiting = opened.after(0, new AbortController().signal)
  const body = '{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A"}}]}'
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from((opened.secrets.PAYMENTS_WEBHOOK_SECRET ?? '').slice('whsec_'.length), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(`m1.${timestamp}.${body}`).digest('base64')}`
  const headers = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  await post(opened.secrets.PAYMENTS_WEBHOOK_URL, body, headers)
  await waiting
  expect(shown()).toMatch(/1 alerts?, signature verified/)
  await post(opened.secrets.PAYMENTS_WEBHOOK_URL, body)
  expect(shown()).toMatch(/signature refused/)
})

it('stops waiting when it is interrupted', async () => {
  const { opened } = await inboxes(null)
  const interrupted = new AbortController()
  const waiting = opened.after(0, interrupted.signal)
  interrupted.abort(new Error('Ctrl-C'))
  await expect(waiting).rejects.toThrow('Ctrl-C')
})
