/** `npm run demo`: a router, receivers and alerts on this machine alone, from the first alert to the last message. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { startRouter } from '../router.ts'
import { openTerminal } from '../terminal/terminal.ts'
import { placeDocuments } from './documents.ts'
import { openFeed } from './feed.ts'
import { showHistory } from './history.ts'
import { openInboxes } from './inboxes.ts'
import { canOpenChapter, openChapter } from './model-chapter.ts'
import { play } from './play.ts'
import { openRest, type Rest } from './rest.ts'
import { openStage } from './stage.ts'

const interrupted = new AbortController()
// Every time, not once: a second Ctrl-C must not cut the cleaning short.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort(name))
// Whoever read the output has gone (`| head`): there is nobody to play for.
process.stdout.on('error', () => interrupted.abort('EPIPE'))

const terminal = openTerminal(process.stdout, process.env)
try {
  await demo(interrupted.signal)
  terminal.say()
  terminal.say(
    `All of it took ${(performance.now() / 1_000).toFixed(1)} s. The database was temporary and is deleted.`,
    'gray',
  )
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  if (interrupted.signal.aborted)
    terminal.say('Interrupted. Everything is stopped, and the temporary database deleted.')
  else console.error(`The demo failed: ${error instanceof Error ? error.message : error}`)
}

/** Whatever was started is ended, last first, however the demo ends. */
async function demo(signal: AbortSignal): Promise<void> {
  const stage = openStage(terminal)
  const endings: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-demo-'))
    endings.push(() => rm(folder, { recursive: true, force: true }))
    const realSlack = process.env.SLACK_WEBHOOK_URL || null
    const inboxes = await openInboxes(stage, realSlack)
    endings.push(inboxes.close)
    const teams = join(folder, 'teams')
    await placeDocuments(teams, inboxes.pagerDutyUrl)
    const env = {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'alert-router.db')}`,
      BALLAST: '0',
      TEAMS_DIR: teams,
      ALLOW_DESTINATIONS: [...inboxes.addresses, process.env.ALLOW_DESTINATIONS || []].flat().join(','),
      LOG_LEVEL: 'silent',
      ...inboxes.env,
    }
    signal.throwIfAborted()
    // Its programs start while the first chapter plays.
    const chapter = canOpenChapter(process.env) ? openChapter(process.env, realSlack, stage, signal) : null
    const begun = chapter?.catch(() => null)
    endings.push(async () => (await begun)?.close())
    const router = await startRouter({ config: readConfig(env), env, clock: systemClock, random: Math.random })
    endings.push(() => router.stop())
    const rest = openRest(router.url)
    const feed = await openFeed(process.env, folder, `${router.url}/api/v1/webhooks/alertmanager`, signal)
    endings.push(feed.stop)

    terminal.say('alert-router: from an alert to the message that a person reads', 'bold')
    terminal.item('  Alerts  ', feed.description)
    terminal.item('  Router  ', `${router.url}, temporary database, teams in src/demo/teams`)
    if (realSlack !== null)
      terminal.item('  Slack   ', 'the real one, SLACK_WEBHOOK_URL: look at your channel', { text: 'yellow' })
    const played = realSlack === null ? 'Slack, mail and PagerDuty; nothing leaves this machine' : 'mail and PagerDuty'
    terminal.item('  Played  ', `by this program: ${played}`)
    const time = chapter === null ? 'about 12 seconds' : 'about 35 seconds'
    terminal.item('  Time    ', `${time}; Ctrl-C ends it and leaves nothing behind`)
    const latest: Rest['latest'] = async (channel) => {
      await router.idle()
      return rest.latest(channel)
    }
    await play({ feed, inboxes, stage, latest }, signal)
    await router.idle()
    await showHistory(rest, stage, signal)
    await (await chapter)?.play()
    showNext(realSlack !== null)
  } finally {
    for (const end of endings.reverse()) await end()
  }
}

function showNext(hasSlack: boolean): void {
  const left = (text: string) => `  ${text.padEnd(19)}`
  terminal.say()
  terminal.say('Where to look next', 'bold')
  terminal.item(left('README.md'), 'connect your own Alertmanager, Slack, mail and PagerDuty')
  terminal.item(left('npm start'), 'the router itself, on http://127.0.0.1:8080 and teams/*.yml')
  terminal.item(left('REST'), '/api/v1/alerts, groups, notifications, teams; /openapi.json')
  if (!hasSlack) terminal.item(left('SLACK_WEBHOOK_URL'), 'set it, and this demo speaks in your own channel')
}
