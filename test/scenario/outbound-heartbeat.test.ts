/** The router's own heartbeat to the outside: sent while all is well, and silent when it is not. */
import SqliteDriver from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { startStandIn } from '../../src/stand-in/stand-in.ts'
import { type Story, story } from '../harness/story.ts'

const ops = `
team: ops
receivers:
  - name: chat
    slack_configs: [{ api_url: env:OPS_SLACK_URL }]
route: { receiver: chat, group_by: [alertname] }
heartbeats: [{ name: a, matchers: ['alertname="Watchdog"'], every: 5m, receiver: chat }]
`
const watchdog = { alertname: 'Watchdog' }

/** A service that counts pings, and a router that has to ask it. */
async function pinged(teams: Record<string, string> = { ops }) {
  const paths: string[] = []
  const service = await startStandIn(({ method, path }, response) => {
    paths.push(`${method} ${path}`)
    response.end('ok')
  })
  onTestFinished(() => service.close())
  const s = await story({ teams, env: { HEARTBEAT_URL: `${service.url}/ping/s3cret`, HEARTBEAT_EVERY: '30s' } })
  /** How many pings came while `minutes` passed with a Watchdog in each. */
  const during = async (minutes: number, fire = true) => {
    paths.length = 0
    for (let n = 0; n < minutes; n++) {
      if (fire) await s.fire(watchdog)
      await s.advance('1m')
    }
    return paths.length
  }
  return { s, paths, during, close: () => service.close() }
}

async function metric(s: Story, name: string): Promise<string | undefined> {
  const text = await s.text('/metrics')
  return text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
}

it('is sent while the Watchdog comes and the self-audit passes, never before', async () => {
  const { s, paths, during } = await pinged()
  expect(await during(1), 'no self-audit was made yet').toBeLessThanOrEqual(1)
  expect(await during(10)).toBe(20)
  expect(new Set(paths)).toEqual(new Set(['GET /ping/s3cret']))
  expect(await metric(s, 'alertrouter_heartbeat_ping_total{result="ok"}')).toMatch(/^ 2\d$/)
  const last = Number(await metric(s, 'alertrouter_heartbeat_last_ping_timestamp_seconds'))
  expect(s.clock.now() / 1000 - last).toBeLessThanOrEqual(30)
  expect(await metric(s, 'alertrouter_heartbeats_missing')).toBe(' 0')
})

it('stops when a heartbeat is missing, and goes on when it is back', async () => {
  const { s, during } = await pinged()
  await during(3)
  await s.resolve(watchdog)
  s.slack.expect(/HeartbeatMissing/)
  expect(await during(10, false)).toBe(0)
  expect(await metric(s, 'alertrouter_heartbeats_missing')).toBe(' 1')
  expect(await during(3)).toBeGreaterThanOrEqual(5)
  s.slack.expect(/Resolved/)
})

it('stops when the self-audit finds something, which the operators are told', async () => {
  const { s, during } = await pinged()
  await s.fire({ alertname: 'Slow', team: 'ops' })
  await during(3)
  s.slack.expect(/Slow/)
  const other = new SqliteDriver(s.databaseFile)
  other.exec(`update episode set state = 'closed' where labels like '%Slow%'`)
  await during(2)
  expect(await during(3)).toBe(0)
  s.operators.expect(/Firing/, /AlertRouterSelfAuditFailed/, /memory-differs/)
  expect(await metric(s, 'alertrouter_self_audit_ok')).toBe(' 0')
  const { checks } = await s.api<{ checks: object[] }>('/readyz')
  const detail = 'failed, alerts are taken all the same: memory-differs'
  expect(checks).toContainEqual({ name: 'self-audit', detail })
  other.exec(`update episode set state = 'open' where labels like '%Slow%'`)
  other.close()
  await during(1)
  expect(await during(3)).toBeGreaterThanOrEqual(5)
  s.operators.expect(/Resolved/)
  expect(await metric(s, 'alertrouter_self_audit_ok')).toBe(' 1')
})

it('is never sent when nothing says that alerts can arrive', async () => {
  const { s, during } = await pinged({})
  expect(await during(10, false)).toBe(0)
  expect(await metric(s, 'alertrouter_heartbeat_ping_total{result="withheld"}')).toBe(' 61')
})

it('goes on a few seconds after the first self-audit of a restarted router', async () => {
  const { s, during } = await pinged()
  await during(3)
  await s.restart()
  await during(1)
  expect(await during(1)).toBe(2)
})

it('that does not arrive harms nothing', async () => {
  const { s, during, close } = await pinged()
  await during(3)
  await close()
  await during(3)
  expect(await metric(s, 'alertrouter_heartbeat_ping_total{result="failed"}')).toBe(' 6')
  expect(await metric(s, 'alertrouter_self_audit_ok')).toBe(' 1')
})
