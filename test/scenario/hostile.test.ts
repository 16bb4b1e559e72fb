/** Alerts are strangers' text: names of JavaScript, mentions of Slack, and one bad alert among good ones. */
import { expect, it } from 'vitest'
import { fingerprintOf, webhookPayload } from '../harness/alertmanager.ts'
import { story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: chat
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
  - name: machine
    webhook_configs:
      - url: env:PAYMENTS_WEBHOOK_URL
        secret: env:PAYMENTS_WEBHOOK_SECRET
route:
  receiver: chat
  group_by: [alertname]
  routes:
    - matchers: [kind="machine"]
      receiver: machine
`

it('quotes a mention instead of ringing everybody', async () => {
  const s = await story({ teams: { payments } })
  const labels = { alertname: '<!channel> *A* & <https://evil.example|click>', team: 'payments', service: '<!here>' }
  await s.fire(labels, {
    annotations: { summary: '<!everyone> <@U0> `rm -rf` :fire:', runbook_url: 'javascript:alert(1)' },
  })
  await s.advance('5s')
  const { text, payload } = s.slack.expect('<!channel>', '<!here>', '<!everyone>')
  expect(text).not.toMatch(/@channel|@here|@everyone/)
  expect(JSON.stringify(payload)).not.toMatch(/<!(?!date\^)|<@|<javascript/)
})

it('takes __proto__ and constructor as names of labels, and hands them on', async () => {
  const s = await story({ teams: { payments } })
  const labels = JSON.parse(
    '{"__proto__":"p","constructor":"c","toString":"t","alertname":"Odd","team":"payments","kind":"machine"}',
  )
  const body = JSON.stringify({ alerts: [{ labels }] })
  const given = JSON.parse(body).alerts[0].labels
  await s.post(webhookPayload([{ labels: given, annotations: {}, startsAt: s.clock.now(), endsAt: null }]))
  await s.advance('5s')
  const { payload } = s.webhook.expect(/Odd/)
  const [alert] = payload.alerts as { labels: object; fingerprint: string }[]
  expect(JSON.stringify(alert?.labels)).toContain('"__proto__":"p"')
  expect(Object.entries(alert?.labels ?? {}).sort()).toEqual(Object.entries(given).sort())
  expect(alert?.fingerprint).toBe(fingerprintOf(given))
})

it('keeps the good alerts of a webhook that holds a bad one, and answers 2xx', async () => {
  const s = await story({ teams: { payments } })
  const good = {
    labels: { alertname: 'Good', team: 'payments' },
    annotations: {},
    startsAt: s.clock.now(),
    endsAt: null,
  }
  const payload = webhookPayload([good, { ...good, labels: { ...good.labels, n: '2' } }])
  const alerts = payload.alerts as object[]
  alerts.splice(1, 0, { status: 'firing', labels: { alertname: 7 }, startsAt: 'yesterday' }, null as never)
  await s.post(payload)
  await s.advance('5s')
  s.slack.expect(/Good/, /2 firing/)
  s.operators.expect(/AlertRouterQuarantine/, /must be text/)
})

it('answers 400 to what is no JSON, and goes on', async () => {
  const s = await story({ teams: { payments } })
  await s.post('{"alerts": [', 400)
  await s.fire({ alertname: 'Good', team: 'payments' })
  await s.advance('5s')
  s.slack.expect(/Good/)
  s.operators.expect(/AlertRouterQuarantine/, /not JSON/)
})

it('stays within Slack limits with an alert of every size', async () => {
  const s = await story({ teams: { payments } })
  const long = 'x&<>'.repeat(2_000)
  await s.fire(
    Array.from({ length: 120 }, (_, i) => ({ alertname: 'Many', team: 'payments', n: String(i), long })),
    { annotations: { summary: long, description: long } },
  )
  await s.advance('5s')
  s.slack.expect(/120 firing/)
})
