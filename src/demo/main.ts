/** `npm run demo`: a router, receivers and alerts on this machine alone, from the first alert to the last message. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { startRouter } from '../router.ts'
import { findAlertmanager } from './alertmanager.ts'
import { alertmanagerFeed, recordedFeed } from './feed.ts'
import { showHistory } from './history.ts'
import { openInboxes } from './inboxes.ts'
import { play } from './play.ts'
import { openTerminal } from './terminal.ts'

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(name))

try {
  await demo(interrupted.signal)
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  if (!interrupted.signal.aborted) console.error(`The demo failed: ${error instanceof Error ? error.message : error}`)
}

/** Whatever was started is ended, last first, however the demo ends. */
async function demo(signal: AbortSignal): Promise<void> {
  const terminal = openTerminal(process.stdout, process.env)
  const endings: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-demo-'))
    endings.push(() => rm(folder, { recursive: true, force: true }))
    const realSlack = process.env.SLACK_WEBHOOK_URL || null
    const inboxes = await openInboxes(terminal, realSlack)
    endings.push(inboxes.close)
    const env = {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'alert-router.db')}`,
      TEAMS_DIR: fileURLToPath(new URL('teams', import.meta.url)),
      ALLOW_DESTINATIONS: inboxes.addresses.join(','),
      LOG_LEVEL: 'silent',
      ...inboxes.secrets,
    }
    const router = await startRouter({ config: readConfig(env), env, clock: systemClock, random: Math.random })
    endings.push(() => router.stop())
    const webhookUrl = `${router.url}/api/v1/webhooks/alertmanager`
    const binary = findAlertmanager(process.env)
    const feed = binary === null ? await recordedFeed(webhookUrl) : await alertmanagerFeed(binary, folder, webhookUrl)
    endings.push(feed.stop)

    terminal.say('alert-router: from an alert to the message a person reads', 'bold')
    terminal.say(`Alerts come from ${feed.description}.`)
    if (realSlack === null)
      terminal.say('Slack is played by this program: set SLACK_WEBHOOK_URL to see it in your own channel.')
    else terminal.say('Messages go to your Slack channel (SLACK_WEBHOOK_URL): look there.', 'yellow')
    await play(feed, inboxes, terminal, signal)
    await router.idle()
    await showHistory(router.url, terminal)
  } finally {
    for (const end of endings.reverse()) await end()
  }
}
