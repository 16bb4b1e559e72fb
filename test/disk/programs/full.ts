/** A whole router on a disk that fills up and is emptied again; prints what happened as one line of JSON. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import SqliteDriver from 'better-sqlite3'
import type { Clock } from '../../../src/clock.ts'
import { readConfig } from '../../../src/config.ts'
import { startRouter } from '../../../src/router.ts'
import { webhookPayload } from '../../harness/alertmanager.ts'
import { defaultTeam } from '../../history/past.ts'
import { fill } from './fill.ts'

const [folder = ''] = process.argv.slice(2)
const teams = join(folder, 'teams')
const file = join(folder, 'router.db')
const filler = join(folder, 'filler')
mkdirSync(teams)
writeFileSync(join(teams, 'default.yml'), defaultTeam)
const env = {
  ...{ PORT: '0', DATABASE_URL: `file:${file}`, TEAMS_DIR: teams, LOG_LEVEL: 'silent' },
  BALLAST: '4MB',
  DISK_LOW: '6MB',
}
// Looks at the disk once a second and not every ten.
const hasty: Clock = {
  now: Date.now,
  setTimer: (ms, callback) => {
    const timer = setTimeout(callback, ms / 10)
    return () => clearTimeout(timer)
  },
}
const router = await startRouter({ config: readConfig(env), env, clock: hasty })
const accepted: string[] = []
let posted = 0

const ballastPlaced = await until(() => hasBallast(), 5_000)
const healthy = (await post()).status
fill(filler)
const filled = await postUntil((answer) => answer.status !== 200)
const released = !hasBallast()
const afterRelease = await post()
const full = await postUntil((answer) => answer.status !== 200)
// What the ballast gave is used up as well.
const refusals = []
for (let n = 0; n < 20; n++) refusals.push(await post())
const reading = await fetch(`${router.url}/api/v1/alerts`)
const listed = ((await reading.json()) as { alerts: unknown[] }).alerts.length
let readiness = ''
const unready = await until(async () => {
  const ready = await fetch(`${router.url}/readyz`)
  readiness = await ready.text()
  return ready.status === 503 && readiness.includes('disk')
}, 5_000)
rmSync(filler)
const emptied = performance.now()
await postUntil((answer) => answer.status === 200)
const acceptsAgainMs = performance.now() - emptied
const ballastBack = await until(() => hasBallast(), 15_000)
await router.stop()

const db = new SqliteDriver(file)
const stored = new Set(
  db
    .prepare('select labels from episode')
    .pluck()
    .all()
    .map((text) => JSON.parse(String(text)).alertname),
)
console.log(
  JSON.stringify({
    ...{
      ballastPlaced,
      healthy,
      filled: filled.status,
      released,
      afterRelease: afterRelease.status,
      full: full.status,
    },
    refusals: [...new Set(refusals.map(({ status }) => status))],
    slowestRefusalMs: Math.max(filled.ms, full.ms, ...refusals.map(({ ms }) => ms)),
    ...{ reading: reading.status, listed, unready, readiness, acceptsAgainMs, ballastBack },
    accepted: accepted.length,
    lost: accepted.filter((name) => !stored.has(name)).length,
    integrity: db.pragma('integrity_check', { simple: true }),
  }),
)
db.close()

interface Answer {
  readonly status: number
  readonly ms: number
}

/** Twenty new alerts. */
async function post(): Promise<Answer> {
  const names = Array.from({ length: 20 }, () => `Alert${posted++}`)
  const alerts = names.map((alertname) => ({
    labels: { alertname, padding: 'x'.repeat(2_000) },
    annotations: {},
    startsAt: Date.now(),
    endsAt: null,
  }))
  const began = performance.now()
  const { status } = await fetch(`${router.url}/api/v1/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhookPayload(alerts)),
  })
  if (status === 200) accepted.push(...names)
  return { status, ms: performance.now() - began }
}

async function postUntil(wanted: (answer: Answer) => boolean): Promise<Answer> {
  for (let n = 0; n < 2_000; n++) {
    const answer = await post()
    if (wanted(answer)) return answer
  }
  throw new Error('the disk never fills, or never empties')
}

function hasBallast(): boolean {
  return statSync(`${file}.ballast`, { throwIfNoEntry: false })?.size === 4_000_000
}

async function until(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < withinMs; await sleep(20))
    if (await holds()) return true
  return false
}
