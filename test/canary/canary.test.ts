/** A router whose every secret is a canary lives through success and failure of all its kinds; then the canaries are looked for. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { expect, it, onTestFailed, vi } from 'vitest'
import { webhookPayload } from '../harness/alertmanager.ts'
import { FAST_CLOCK, type Program, startProgram } from '../harness/program.ts'
import { canary, sightings } from './canary.ts'
import { names, type Scene, setUp } from './scene.ts'

/** Every answer that the router gave, by what was asked. */
class Asking {
  readonly answers: Record<string, string> = {}
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async ask(path: string, token: string, init: RequestInit = {}): Promise<string> {
    const headers = { authorization: `Bearer ${token}`, ...(init.body ? { 'content-type': 'application/json' } : {}) }
    const response = await fetch(this.#url + path, { ...init, headers: { ...headers, ...init.headers } })
    const text = `${JSON.stringify([...response.headers])}\n${await response.text()}`
    this.answers[`${init.method ?? 'GET'} ${path.slice(0, 60)} (${Object.keys(this.answers).length})`] = text
    return text.slice(text.indexOf('\n') + 1)
  }
}

/** What every list of the API names, and each thing by itself. */
async function readEverything(asking: Asking): Promise<void> {
  const { paths } = JSON.parse(await asking.ask('/openapi.json', canary('read'))) as { paths: Record<string, object> }
  for (const [path, operations] of Object.entries(paths)) {
    if (!('get' in operations)) continue
    const [parameter = ''] = /\{\w+\}/.exec(path) ?? []
    const values =
      { '': [''], '{team}': ['alpha', 'pasted'] }[parameter] ?? Array.from({ length: 20 }, (_, n) => `${n + 1}`)
    for (const value of values) await asking.ask(path.replace(parameter, value), canary('admin'))
  }
  await asking.ask('/metrics', canary('read'))
}

/** Strangers, guesses, and secrets where they do not belong. */
async function misbehave(asking: Asking, made: string): Promise<void> {
  for (const token of ['wrong', `${canary('read')}x`, made.slice(0, -1)]) await asking.ask('/api/v1/alerts', token)
  for (const secret of [canary('admin'), canary('read'), made]) {
    await asking.ask(`/api/v1/alerts?state=${secret}`, canary('read'))
    await asking.ask(`/api/v1/alerts?token=${secret}`, 'wrong')
  }
  await asking.ask('/api/v1/tokens', canary('admin'), {
    method: 'POST',
    body: JSON.stringify({ name: 'default', verbs: [] }),
  })
  await asking.ask('/api/v1/webhooks/alertmanager', canary('ingest'), { method: 'POST', body: '{"alerts": [' })
  await asking.ask('/api/v1/teams/reload', canary('admin'), { method: 'POST' })
}

async function fire(asking: Asking, alertname: string, kind: string): Promise<void> {
  const labels = { alertname, team: 'alpha', kind }
  const alert = { labels, annotations: { summary: 'It is down' }, startsAt: Date.now(), endsAt: null }
  const body = JSON.stringify(webhookPayload([alert]))
  await asking.ask('/api/v1/webhooks/alertmanager', canary('ingest'), { method: 'POST', body })
}

/** Bytes of every file of the database, and every row as text. */
function databaseAsText(folder: string): string {
  const files = readdirSync(join(folder, 'db')).map((name) => readFileSync(join(folder, 'db', name), 'latin1'))
  const db = new SqliteDriver(join(folder, 'db', 'router.db'), { readonly: true })
  // A search index cannot be listed; the tables that it is kept in can.
  const ofTables = "select name from sqlite_schema where type = 'table' and sql not like 'create virtual%'"
  const tables = db.prepare(ofTables).pluck().all() as string[]
  const rows = tables.map((table) => JSON.stringify(db.prepare(`select * from "${table}"`).all()))
  db.close()
  return [...files, ...rows].join('\n')
}

async function everythingHappened({ parrot, pagerDuty, mail }: Scene, program: Program): Promise<void> {
  await vi.waitFor(
    () => {
      for (const name of ['slack', 'path', 'file', 'operators']) {
        expect(
          parrot.answered.filter(({ path }) => path.includes(canary(name))).map(({ status }) => status),
          name,
        ).toEqual(expect.arrayContaining([500, 200]))
      }
      expect(pagerDuty.answered.map(({ status }) => status)).toEqual(expect.arrayContaining([500, 202]))
      expect(mail.mails.length).toBeGreaterThan(1)
      for (const name of ['refused', 'reset', 'heartbeat']) {
        expect(
          parrot.answered.some(({ path }) => path.includes(canary(name))),
          name,
        ).toBe(true)
      }
      // The guard, a URL that is none, a secret that is not set: seen in the log only.
      for (const words of [/not a public address/, /not a URL/, /ALPHA_MISSING_URL is not set/]) {
        expect(program.output()).toMatch(words)
      }
    },
    { timeout: 30_000, interval: 100 },
  )
}

it.each([
  ['as it is', (value: string) => `{"a":"${value}"}`],
  ['in capitals', (value: string) => value.toUpperCase()],
  ['backwards', (value: string) => [...value].reverse().join('')],
  ['in base64, behind something else', (value: string) => btoa(`\0router\0${value} and more`)],
  ['in base64, behind something longer', (value: string) => btoa(`user:password:${value}`)],
  ['in base64, alone', (value: string) => btoa(value)],
  ['in hex', (value: string) => Buffer.from(`x${value}`).toString('hex')],
  ['percent-encoded', (value: string) => value.replace(/./g, (each) => `%${each.charCodeAt(0).toString(16)}`)],
])('a canary is seen %s', (_how, write) => {
  expect(sightings(['slack', 'smtp'], { log: `before ${write(canary('slack'))} behind` })).toMatchObject([
    { name: 'slack', where: 'log' },
  ])
})

it('no canary is seen in logs, answers, metrics, history, messages to others, or the database', async () => {
  const scene = await setUp()
  const program = await startProgram(scene.env, FAST_CLOCK)
  onTestFailed(() => console.error(program.output()))
  const asking = new Asking(program.url)
  const body = JSON.stringify({ name: 'dashboard', verbs: ['read'], teams: ['alpha'] })
  const made = JSON.parse(await asking.ask('/api/v1/tokens', canary('admin'), { method: 'POST', body }))
    .secret as string
  // The one answer that is meant to show a secret.
  for (const key of Object.keys(asking.answers)) delete asking.answers[key]
  await fire(asking, 'Down', 'all')
  await fire(asking, 'Down', 'trouble')
  await fire(asking, 'Watchdog', 'all')
  await asking.ask('/api/v1/alerts', made)
  await misbehave(asking, made)
  await everythingHappened(scene, program)
  await readEverything(asking)
  expect(await program.stop()).toBe(0)

  const bodies = [...scene.parrot.answered, ...scene.pagerDuty.answered].map(({ said }) => said)
  const mails = scene.mail.mails.map(({ raw }) => raw.toString('latin1'))
  const places = {
    log: program.output(),
    ...asking.answers,
    messages: bodies.join('\n'),
    mails: mails.join('\n'),
    database: databaseAsText(scene.folder),
  }
  expect(Object.keys(places).length).toBeGreaterThan(60)
  expect(sightings(names, places)).toEqual([])
  const random = made.slice(made.lastIndexOf('_', made.length - 43) + 1)
  expect(random).toHaveLength(43)
  for (const [where, text] of Object.entries(places))
    expect(text.includes(random), `${where} shows a token`).toBe(false)
  for (const line of program.output().trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow()
}, 120_000)
