/** A whole router whose store fails in the middle of a reload, and what becomes of the alerts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../src/config.ts'
import { startRouter } from '../src/router.ts'
import { temporaryFolder } from './db/temporary.ts'
import { webhookPayload } from './harness/alertmanager.ts'
import { FakeClock } from './harness/clock.ts'
import { openInboxes } from './harness/inboxes.ts'

function documentTo(receiver: string): string {
  return `
team: default
receivers:
  - name: chat
    slack_configs: [{ api_url: env:DEFAULT_SLACK_URL }]
  - name: other
    slack_configs: [{ api_url: env:DEFAULT_OTHER_SLACK_URL }]
route:
  receiver: chat
  routes: [{ name: ${receiver}, receiver: ${receiver}, group_wait: 0s, matchers: ['alertname="Down"'] }]
`
}

it('reloads though the alerts cannot follow yet, and tells of them from their new place when they can', async () => {
  const clock = new FakeClock()
  const folder = temporaryFolder()
  const teams = join(folder, 'teams')
  const file = join(folder, 'router.db')
  mkdirSync(teams)
  writeFileSync(join(teams, 'default.yml'), documentTo('chat'))
  const inboxes = await openInboxes([documentTo('chat')], () => clock.now())
  onTestFinished(() => Promise.all(inboxes.all.map((inbox) => inbox.close())).then(() => {}))
  const env = {
    PORT: '0',
    DATABASE_URL: `file:${file}`,
    BALLAST: '0',
    TEAMS_DIR: teams,
    ALLOW_DESTINATIONS: inboxes.all.map(({ address }) => address).join(','),
    LOG_LEVEL: 'silent',
    ...inboxes.secrets,
  }
  const router = await startRouter({ config: readConfig(env), env, clock, random: () => 0.5 })
  onTestFinished(() => router.stop())
  const post = async (endsAt: number | null) => {
    const alert = { labels: { alertname: 'Down' }, annotations: {}, startsAt: 1, endsAt }
    const body = JSON.stringify(webhookPayload([alert]))
    const headers = { 'content-type': 'application/json' }
    await fetch(`${router.url}/api/v1/webhooks/alertmanager`, { method: 'POST', headers, body })
    await router.idle()
  }
  await post(null)
  inboxes.get('DEFAULT_SLACK_URL').expect(/Firing/)

  const other = new SqliteDriver(file)
  other.exec(`create trigger broken before update on episode begin select raise(abort, 'out of order'); end`)
  writeFileSync(join(teams, 'default.yml'), documentTo('other'))
  expect(await router.reload()).toMatchObject({ accepted: ['default'] })
  await router.idle()
  inboxes.get('DEFAULT_OTHER_SLACK_URL').expectNothing()

  other.exec('drop trigger broken')
  other.close()
  await clock.advance(60_000, router.idle)
  inboxes.get('DEFAULT_OTHER_SLACK_URL').expect(/Firing/)
  inboxes.get('DEFAULT_SLACK_URL').expectNothing()
})
