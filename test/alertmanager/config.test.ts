/** alertmanager.yml and direct.yml as shipped: amtool takes them, and they send every alert where it should go. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { parseDuration } from '../../src/team/duration.ts'
import { describeWith } from '../components.ts'
import { shippedAlerts } from '../prometheus/shipped-rules.ts'
import { soundDocument } from '../team/documents.ts'

interface Route {
  readonly receiver: string
  readonly matchers?: readonly string[]
  readonly group_wait: string
  readonly group_interval: string
  readonly repeat_interval: string
  readonly routes: readonly Route[]
}

interface Config {
  readonly global: { readonly smtp_smarthost: string }
  readonly route: Route
  readonly receivers: readonly {
    readonly name: string
    readonly webhook_configs?: readonly unknown[]
    readonly email_configs?: readonly { readonly headers: { readonly Subject: string } }[]
  }[]
}

const file = 'alertmanager/alertmanager.yml'
const config = parse(readFileSync(file, 'utf8')) as Config
const ms = (duration: string) => parseDuration(duration) ?? Number.NaN

it('has one receiver that is the router, and one mail past it', () => {
  const [router, mail, ...more] = config.receivers
  expect(router).toEqual({
    name: 'alert-router',
    webhook_configs: [
      {
        url: 'http://router:8080/api/v1/webhooks/alertmanager',
        send_resolved: true,
        max_alerts: 0,
        http_config: { follow_redirects: false, authorization: { credentials_file: '/run/secrets/ingest-token' } },
      },
    ],
  })
  expect(mail).toMatchObject({ name: 'direct-mail', email_configs: [{ send_resolved: true }] })
  expect(mail?.email_configs?.[0]?.headers.Subject).toMatch(/^\[direct\] /)
  expect([more, config.global.smtp_smarthost]).toEqual([[], 'mail:1025'])
})

it('waits as little as it can, for the router groups', () => {
  expect(ms(config.route.group_wait)).toBe(0)
  expect(ms(config.route.group_interval)).toBeLessThanOrEqual(10_000)
})

it('says what still fires again before the router takes it as stale', () => {
  expect(2 * ms(config.route.repeat_interval)).toBeLessThan(readConfig({}).staleAfterMs)
})

it('sends the Watchdog, also when one is lost, before the platform team misses it', () => {
  const watchdog = config.route.routes.find(({ matchers }) => matchers?.includes('alertname="Watchdog"'))
  expect(watchdog).toMatchObject({ group_wait: '0s', group_interval: '1m', repeat_interval: '1m' })
  // A repeat that is no longer than group_interval may come at every second look only.
  const longest = 2 * ms(watchdog?.group_interval ?? '')
  const [heartbeat] = soundDocument(readFileSync('teams/platform.yml', 'utf8'), 'platform.yml').document.heartbeats
  expect(2 * longest).toBeLessThan(heartbeat?.everyMs ?? 0)
})

describeWith('amtool', 'amtool', (amtool = '') => {
  const receiversOf = (configuration: string, labels: Readonly<Record<string, string>>) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const args = ['config', 'routes', 'test', `--config.file=${configuration}`, ...pairs]
    return execFileSync(amtool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  }

  it.each([file, 'alertmanager/direct.yml'])('takes %s', (configuration) => {
    expect(execFileSync(amtool, ['check-config', configuration], { encoding: 'utf8' })).toContain('SUCCESS')
  })

  it.each([
    [{}, 'alert-router'],
    [{ alertname: 'APIDown', service: 'ml-api', severity: 'critical', team: 'ml-platform' }, 'alert-router'],
    [{ alertname: 'Watchdog', service: 'prometheus', severity: 'none', team: 'platform' }, 'alert-router'],
    [{ alertname: 'AlertRouterDown', service: 'alert-router', team: 'platform' }, 'direct-mail,alert-router'],
    [{ alertname: 'ServiceDown', service: 'alert-router', team: 'platform' }, 'direct-mail,alert-router'],
    [{ alertname: 'HighMemoryUsage', service: 'alert-router-2' }, 'alert-router'],
  ])('sends %j to %s', (labels, receivers) => {
    expect(receiversOf(file, labels)).toBe(receivers)
  })

  it('sends every shipped alert to the router, and only those about the router past it', { timeout: 60_000 }, () => {
    for (const { alert, labels } of shippedAlerts()) {
      const service = alert.startsWith('AlertRouter') ? 'alert-router' : 'model-server'
      const expected = service === 'alert-router' ? 'direct-mail,alert-router' : 'alert-router'
      const { severity = '', team = '' } = labels
      expect(receiversOf(file, { alertname: alert, severity, team, service }), alert).toBe(expected)
    }
  })

  it.each([
    [{ team: 'ml-platform', severity: 'critical' }, 'ml-platform-oncall,ml-platform-chat'],
    [{ team: 'ml-platform', severity: 'warning' }, 'ml-platform-chat'],
    [{ team: 'ml-platform', severity: 'info' }, 'ml-platform-mail'],
    [{ team: 'data-science', severity: 'warning' }, 'data-science'],
    [{ team: 'platform', severity: 'critical' }, 'platform-oncall,platform-chat'],
    [{ team: 'platform', severity: 'none' }, 'nobody'],
    [{ team: 'unknown', severity: 'critical' }, 'default-chat'],
  ])('without the router would send %j to %s', (labels, receivers) => {
    expect(receiversOf('alertmanager/direct.yml', labels)).toBe(receivers)
  })
})
