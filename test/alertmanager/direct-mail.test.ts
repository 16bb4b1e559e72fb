/** The shipped alertmanager.yml in a real Alertmanager: what the router is told, and what is mailed past it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { program } from '../../src/stack/program.ts'
import { startSmtpStandIn } from '../../src/stand-in/smtp-stand-in.ts'
import { type Received, startStandIn } from '../../src/stand-in/stand-in.ts'
import { describeWith } from '../components.ts'

const TOKEN = 'a-token-for-ingest'

interface Webhook {
  readonly receiver: string
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

describeWith('prometheus-alertmanager', 'Alertmanager as shipped', (binary = '') => {
  /** An Alertmanager whose router is a server that keeps what it is sent, and whose mail server is one too. */
  async function start() {
    const folder = mkdtempSync(join(tmpdir(), 'alertmanager-shipped-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const received: Received[] = []
    const router = await startStandIn((request, response) => {
      received.push(request)
      response.end()
    })
    onTestFinished(() => router.close())
    const smtp = await startSmtpStandIn()
    onTestFinished(() => smtp.close())
    writeFileSync(join(folder, 'ingest-token'), TOKEN)
    const config = readFileSync('alertmanager/alertmanager.yml', 'utf8')
      .replaceAll('http://router:8080', router.url)
      .replaceAll('mail:1025', `127.0.0.1:${smtp.port}`)
      .replaceAll('/run/secrets', folder)
    writeFileSync(join(folder, 'alertmanager.yml'), config)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const alertmanager = program({
      name: 'Alertmanager',
      binary,
      args: [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      env: {},
      log: join(folder, 'log'),
      readyUrl: `${url}/-/ready`,
    })
    onTestFinished(() => alertmanager.stop())
    await alertmanager.start()
    return { received, mails: smtp.mails, url }
  }

  it('tells the router of every alert, with its token, and mails only what is about the router', async () => {
    const { received, mails, url } = await start()
    // A minute old, so that no group waits for more.
    const startsAt = new Date(Date.now() - 60_000).toISOString()
    const labels = { cluster: 'local', severity: 'critical', team: 'platform' }
    const alerts = [
      { ...labels, alertname: 'AlertRouterDown', service: 'alert-router' },
      { ...labels, alertname: 'ServiceDown', service: 'node-exporter' },
      { ...labels, alertname: 'Watchdog', service: 'prometheus', severity: 'none' },
    ]
    const body = JSON.stringify(alerts.map((one) => ({ labels: one, startsAt })))
    const posted = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(posted.status).toBe(200)

    await vi.waitFor(() => expect([received.length, mails.length]).toEqual([3, 1]), { timeout: 10_000, interval: 20 })
    const webhooks = received.map((request) => JSON.parse(request.body) as Webhook)
    const told = webhooks.flatMap((webhook) => webhook.alerts.map((alert) => alert.labels.alertname))
    expect(told.sort()).toEqual(['AlertRouterDown', 'ServiceDown', 'Watchdog'])
    for (const { method, path, headers } of received) {
      expect([method, path]).toEqual(['POST', '/api/v1/webhooks/alertmanager'])
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`)
    }
    const [mail] = mails
    expect(mail?.to).toEqual(['oncall@example.org'])
    expect(mail?.mail.subject).toBe('[direct] FIRING AlertRouterDown in local')
  })
})
