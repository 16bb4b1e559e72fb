/** The demo's receivers: what they show, how they answer, and whom they wake. */
import { createHmac } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { openInboxes } from '../../src/demo/inboxes.ts'
import { openStage } from '../../src/demo/stage.ts'
import { openTerminal } from '../../src/demo/terminal.ts'

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
  const response = await post(opened.secrets.PAYMENTS_SLACK_URL, '{"text":"*🔴 Firing* &lt;b&gt;"}')
  expect([response.status, await response.text()]).toEqual([200, 'ok'])
  expect(shown()).toMatch(/Slack · #payments.*│ 🔴 Firing <b> /s)
})

it('stumbles once when asked to, and takes the next try', async () => {
  const { opened, shown } = await inboxes(null)
  expect(opened.refuseOnce()).toBe(true)
  const answers = [
    await post(opened.secrets.PAYMENTS_SLACK_URL, '{}'),
    await post(opened.secrets.PAYMENTS_SLACK_URL, '{}'),
  ]
  expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [429, '1'],
    [200, null],
  ])
  expect(opened.taken()).toBe(1)
  expect(shown()).toMatch(/Slack answers 429/)
})

it('opens no Slack of its own when there is a real one', async () => {
  const { opened } = await inboxes('https://slack.example/x')
  expect(opened.secrets.PAYMENTS_SLACK_URL).toBe('https://slack.example/x')
  expect(opened.addresses).toHaveLength(2)
  expect(opened.refuseOnce()).toBe(false)
})

it('says whether the signature of a webhook holds, and wakes who waits for it', async () => {
  const { opened, shown } = await inboxes('https://slack.example/x')
  const waiting = opened.after(1, new AbortController().signal)
  const body =
    '{"status":"firing","alertrouter":{"reason":"repeat"},"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}'
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from((opened.secrets.PAYMENTS_WEBHOOK_SECRET ?? '').slice('whsec_'.length), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(`m1.${timestamp}.${body}`).digest('base64')}`
  const headers = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  await post(opened.secrets.PAYMENTS_WEBHOOK_URL, body, headers)
  expect(await waiting).toBe('repeat')
  expect(shown()).toContain('firing, 1 alert, signature verified')
  await post(opened.secrets.PAYMENTS_WEBHOOK_URL, body)
  expect(shown()).toMatch(/signature refused/)
})

it('stops waiting when it is interrupted', async () => {
  const { opened } = await inboxes(null)
  const interrupted = new AbortController()
  const waiting = opened.after(1, interrupted.signal)
  interrupted.abort(new Error('Ctrl-C'))
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
})
