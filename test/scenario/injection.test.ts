/** Hostile alerts over the wire: what receivers, the log, the metrics and the API make of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFailed, onTestFinished, vi } from 'vitest'
import { storable } from '../../src/alert/text.ts'
import type { PagerDutyEvent } from '../../src/channel/pagerduty-event.ts'
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { startSmtpStandIn } from '../../src/stand-in/smtp-stand-in.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { expectHarmlessEvent, expectHarmlessMail, expectHarmlessSlack } from '../channel/harmless.ts'
import { temporaryFolder } from '../db/temporary.ts'
import { webhookPayload } from '../harness/alertmanager.ts'
import { openInboxes } from '../harness/inboxes.ts'
import { type Program, startProgram } from '../harness/program.ts'
import { hostileAlerts, hostileValues, MARK } from '../hostile.ts'

const BATCHES = 8
const ALERTS_PER_BATCH = 500

const document = `
team: default
receivers:
  - name: all
    slack_configs: [{ api_url: env:DEFAULT_SLACK_URL }]
    webhook_configs: [{ url: env:DEFAULT_WEBHOOK_URL, secret: env:DEFAULT_WEBHOOK_SECRET }, { url: file:parrot }]
    pagerduty_configs: [{ routing_key: env:DEFAULT_PAGERDUTY_KEY, url: 'https://pagerduty.test/v2/enqueue' }]
    email_configs: [{ to: oncall@example.com }]
route: { receiver: all, group_by: [batch], group_wait: 0s }
`

async function setUp() {
  const folder = temporaryFolder()
  const inboxes = await openInboxes([document], Date.now)
  const mail = await startSmtpStandIn()
  // Refuses, in the alerts' own words.
  const parrot = await startStandIn(({ body }, response) => {
    const { alerts } = JSON.parse(body) as { alerts: { annotations: object }[] }
    answer(response, 400, alerts.flatMap(({ annotations }) => Object.values(annotations)).join('\n'))
  })
  onTestFinished(async () => {
    await Promise.all([...inboxes.everybody.map((inbox) => inbox.close()), mail.close(), parrot.close()])
  })
  mkdirSync(join(folder, 'teams'))
  writeFileSync(join(folder, 'teams', 'default.yml'), inboxes.placed(document))
  mkdirSync(join(folder, 'secrets', 'default'), { recursive: true })
  writeFileSync(join(folder, 'secrets', 'default', 'parrot'), `${parrot.url}/refuse`)
  writeFileSync(join(folder, 'ca.pem'), trustedCertificate().cert)
  const program = await startProgram({
    ...inboxes.secrets,
    LOG_LEVEL: 'debug',
    DATABASE_URL: `file:${join(folder, 'router.db')}`,
    TEAMS_DIR: join(folder, 'teams'),
    SECRETS_DIR: join(folder, 'secrets'),
    ALLOW_DESTINATIONS: [...inboxes.all.map(({ address }) => address), new URL(parrot.url).host].join(','),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    SMTP_FROM: 'alerts@example.org',
  })
  onTestFailed(() => console.error(program.output().slice(-20_000)))
  return { program, inboxes, mail }
}

/** As Alertmanager would send it, though it would refuse some of these names. */
async function post(program: Program, batch: number, alerts: ReturnType<typeof hostileAlerts>): Promise<void> {
  const sent = alerts.map(({ labels, annotations }) => ({
    labels: { ...labels, batch: String(batch) },
    annotations,
    startsAt: Date.now(),
    endsAt: null,
  }))
  const body = JSON.stringify(webhookPayload(sent))
  const headers = { 'content-type': 'application/json' }
  const kept = await fetch(`${program.url}/api/v1/webhooks/alertmanager`, { method: 'POST', headers, body })
  expect([kept.status, await kept.json()]).toMatchObject([200, { opened: alerts.length, quarantined: 0 }])
}

/** Names of our series with their labels. */
async function seriesOf(program: Program): Promise<string[]> {
  const lines = (await (await fetch(`${program.url}/metrics`)).text()).trim().split('\n')
  const samples = lines.filter((line) => line.startsWith('alertrouter_'))
  return samples.map((line) => {
    const [, series] = /^([a-z_:][\w:]*(?:\{(?:[a-z_]+="[^"\\{}]*",?)+\})?) [-+.\deNaInf]+$/.exec(line) ?? []
    return series ?? expect.fail(`no sample: ${line}`)
  })
}

it('words stay words for every receiver, in the log, the metrics and the API', async () => {
  const { program, inboxes, mail } = await setUp()
  const batches = fc
    .sample(hostileValues, BATCHES)
    .map((values, batch) => hostileAlerts(values, batch * 7_919, ALERTS_PER_BATCH))
  const slack = inboxes.first('SLACK_URL')
  const arrived = (count: number) =>
    vi.waitFor(
      () => {
        for (const inbox of inboxes.all) expect(inbox.messages.length, inbox.name).toBeGreaterThanOrEqual(count)
        expect(mail.mails.length).toBeGreaterThanOrEqual(count)
      },
      { timeout: 30_000, interval: 50 },
    )
  await post(program, 0, batches[0] ?? [])
  await arrived(1)
  const series = await seriesOf(program)
  for (const [n, alerts] of batches.entries()) if (n > 0) await post(program, n, alerts)
  await arrived(BATCHES)

  // Metrics: no label value of theirs, and no series that the first batch had not made.
  const grown = (await seriesOf(program)).filter((name) => !series.includes(name))
  expect(
    grown.filter((name) => !/^alertrouter_\w+\{[^}]*(channel|destination|outcome|reason|result|le)=/.test(name)),
  ).toEqual([])
  expect(JSON.stringify([...series, ...grown])).not.toContain(MARK)

  for (const inbox of inboxes.all) expect(inbox.faults).toEqual([])
  for (const { payload } of slack.messages) expectHarmlessSlack(payload)
  for (const { payload } of inboxes.pagerDuty.messages) expectHarmlessEvent(payload as unknown as PagerDutyEvent)
  for (const { from, to, mail: read } of mail.mails) {
    const { subject = '', text = '', html = '' } = read
    expect([from, to]).toEqual(['alerts@example.org', ['oncall@example.com']])
    expect(read.headers.map(({ key }) => key).sort()).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'in-reply-to',
      'list-id',
      'message-id',
      'mime-version',
      'references',
      'subject',
      'to',
      'x-auto-response-suppress',
    ])
    expectHarmlessMail({ subject, text, html })
  }

  // The API: what was sent is what is shown, but for what no store can hold.
  for (const [batch, alerts] of batches.entries()) {
    const filter = encodeURIComponent(`batch="${batch}"`)
    const found = await fetch(`${program.url}/api/v1/alerts?limit=200&filter=${filter}`)
    const shown = (await found.json()) as { alerts: { labels: Record<string, string> }[] }
    expect(shown.alerts).toHaveLength(200)
    for (const { labels } of shown.alerts) {
      const { labels: given = {} } = alerts[Number(labels.n)] ?? {}
      const wanted = Object.entries({ ...given, batch: String(batch) }).map((pair) => pair.map(storable))
      expect(Object.entries(labels).sort()).toEqual(wanted.sort())
    }
  }

  expect(await program.stop()).toBe(0)
  const lines = program
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const quoting = lines.filter((line) => JSON.stringify(line).includes(MARK))
  expect(quoting.length, 'a refusal is quoted').toBeGreaterThan(0)
  for (const line of lines) {
    expect(Object.keys(line).join()).not.toContain(MARK)
    expect([line.msg, line.level]).not.toContain('fatal')
    expect(String(line.msg)).not.toContain('forged')
  }
}, 120_000)
