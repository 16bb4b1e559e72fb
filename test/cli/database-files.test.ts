/** Backups made, checked and restored from the command line, beside a router that runs and one that is stopped. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { type Router, startRouter } from '../../src/router.ts'
import { temporaryFolder } from '../db/temporary.ts'
import { webhookPayload } from '../harness/alertmanager.ts'
import { defaultTeam } from '../history/past.ts'
import { cli } from './program.ts'

/** An environment of a router with a folder of its own, and where its files are. */
function place() {
  const folder = temporaryFolder()
  const teams = join(folder, 'teams')
  mkdirSync(teams)
  writeFileSync(join(teams, 'default.yml'), defaultTeam)
  const file = join(folder, 'router.db')
  const env = { PORT: '0', DATABASE_URL: `file:${file}`, BALLAST: '0', TEAMS_DIR: teams, LOG_LEVEL: 'silent' }
  return { folder, file, backup: join(folder, 'backup.db'), env }
}

async function running(env: Readonly<Record<string, string>>): Promise<Router> {
  const router = await startRouter({ config: readConfig(env), env })
  onTestFinished(() => router.stop())
  return router
}

/** A database with `alerts` alerts, as a stopped router leaves it. */
async function stopped(alerts = 1) {
  const at = place()
  const router = await startRouter({ config: readConfig(at.env), env: at.env })
  for (let n = 0; n < alerts; n++) await post(router, `Alert${n}`)
  await router.stop()
  return at
}

async function post(router: Router, alertname: string): Promise<number> {
  const alert = { labels: { alertname }, annotations: {}, startsAt: Date.now(), endsAt: null }
  const { status } = await fetch(`${router.url}/api/v1/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhookPayload([alert])),
  })
  return status
}

async function alertnames(router: Router): Promise<string[]> {
  const answer = (await (await fetch(`${router.url}/api/v1/alerts`)).json()) as {
    alerts: { labels: { alertname: string } }[]
  }
  return answer.alerts.map(({ labels }) => labels.alertname).sort()
}

describe('backup', () => {
  it('copies what was there when it began, beside a router that goes on taking alerts', async () => {
    const { env, backup, file, folder } = place()
    const router = await running(env)
    expect(await post(router, 'Before')).toBe(200)
    let copying = true
    const copied = cli(env, 'backup', backup).finally(() => {
      copying = false
    })
    let posted = 0
    for (; copying; posted++) expect(await post(router, `Meanwhile${posted}`)).toBe(200)
    expect(await copied).toEqual({
      status: 0,
      printed: expect.stringMatching(/backup\.db: .*KB, \d+ alerts, read through and found in order\.\n$/),
      complaints: '',
    })
    expect(posted).toBeGreaterThan(5)
    expect(await post(router, 'After')).toBe(200)
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual(['backup.db'])
    const copy = new SqliteDriver(backup, { readonly: true })
    onTestFinished(() => void copy.close())
    expect(copy.pragma('journal_mode', { simple: true })).toBe('delete')
    const count = Number(copy.prepare('select count(*) from episode').pluck().get())
    expect(count).toBeGreaterThanOrEqual(1)
    expect(count).toBeLessThanOrEqual(posted + 1)
    expect((await cli(env, 'check', backup)).status).toBe(0)
    const second = await cli({ ...env }, 'restore', backup)
    expect(second, 'the router has kept its lock').toMatchObject({ status: 1 })
    expect(second.complaints).toBe(
      `restore failed. The database ${file} is in use by another process, which holds ${file}.lock. ` +
        'Stop that process first, or give this one a database of its own.\n',
    )
  })

  it('replaces nothing unless told to, and leaves no trace of what failed', async () => {
    const { env, backup, file, folder } = await stopped()
    writeFileSync(backup, 'precious')
    const before = readdirSync(folder)
    const refused = await cli(env, 'backup', backup)
    expect(refused).toEqual({
      status: 1,
      printed: '',
      complaints: `backup failed. ${backup} is there already. Name another file, or say --force to replace it.\n`,
    })
    expect(readFileSync(backup, 'utf8')).toBe('precious')
    for (const [target, sentence] of [
      [file, /is the database itself/],
      [join(folder, 'nowhere/backup.db'), /The folder .*nowhere is not there/],
      [folder, /is no file/],
    ] as const) {
      const { status, complaints } = await cli(env, 'backup', target, '--force')
      expect([status, complaints]).toEqual([1, expect.stringMatching(sentence)])
    }
    expect(readdirSync(folder)).toEqual(before)
    expect((await cli(env, 'backup', backup, '--force')).status).toBe(0)
    expect((await cli(env, 'check', backup)).status).toBe(0)
  })

  it('says that the copy of a damaged database is not in order', async () => {
    const { env, backup, file, folder } = await stopped(20)
    damage(file)
    const { status, complaints } = await cli(env, 'backup', backup)
    expect([status, complaints]).toEqual([1, expect.stringMatching(/^backup failed\. /)])
    expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual([])
  })
})

describe('check', () => {
  it('tells what is in a database that is in order', async () => {
    const { env, file } = await stopped(3)
    const { status, printed, complaints } = await cli(env, 'check')
    expect([status, complaints]).toEqual([0, ''])
    expect(printed).toMatch(new RegExp(`^${file}: .*free for new rows\nschema: 0002_\\w+\\.sql\n`))
    expect(printed).toMatch(/^ *3 {2}episode$/m)
    expect(printed).toMatch(/\nIn order\.\n$/)
  })

  it('finds damage, rows that refer to nothing, newer schemas and files of other programs', async () => {
    const { env, file, folder } = await stopped(20)
    const change = (sql: string) => {
      const connection = new SqliteDriver(file)
      connection.pragma('foreign_keys = off')
      connection.exec(sql)
      connection.close()
    }
    const complaints = async (...args: string[]) => {
      const { status, complaints } = await cli(env, 'check', ...args)
      expect(status).toBe(1)
      return complaints
    }
    change(`delete from source where name = 'default'`)
    expect(await complaints()).toMatch(/20 rows of episode refer to rows of source that are not there/)
    change(`update schema_version set min_code = 4711`)
    expect(await complaints()).toMatch(/newer version, whose schema 4711/)
    damage(file)
    expect(await complaints()).not.toBe('')
    const other = join(folder, 'other.db')
    new SqliteDriver(other).exec('create table t (a)').close()
    expect(await complaints(other)).toBe('It is no database of alert-router.\n')
    const text = join(folder, 'text')
    writeFileSync(text, 'certainly not a database, but long enough to look at: '.repeat(20))
    expect(await complaints(text)).toMatch(
      /^check failed\. .*text cannot be read as a database: file is not a database\n$/,
    )
    expect(await complaints(join(folder, 'nowhere'))).toMatch(
      /^check failed\. .*cannot be read as a database: unable to open/,
    )
  })
})

describe('restore', () => {
  it('puts the backup in place and keeps the database of before', async () => {
    const { env, backup, file, folder } = await stopped(1)
    expect((await cli(env, 'backup', backup)).status).toBe(0)
    const later = await startRouter({ config: readConfig(env), env })
    await post(later, 'Later')
    await later.stop()
    const { status, printed, complaints } = await cli(env, 'restore', backup)
    expect([status, complaints]).toEqual([0, ''])
    const [, aside = ''] = /The database of before is (\S+): delete it/.exec(printed) ?? []
    expect(dirname(aside)).toBe(folder)
    expect(basename(aside)).toMatch(/^router\.db\.before-restore-\d{8}T\d{6}Z$/)
    const router = await running(env)
    expect(await alertnames(router)).toEqual(['Alert0'])
    const before = new SqliteDriver(aside, { readonly: true })
    onTestFinished(() => void before.close())
    expect(before.prepare('select count(*) from episode').pluck().get()).toBe(2)
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([])
    expect(statSync(file).mode & 0o777).toBe(statSync(aside).mode & 0o777)
  })

  it('brings a database to a machine that has none', async () => {
    const { env, backup } = await stopped(1)
    await cli(env, 'backup', backup)
    const fresh = place()
    const { status, printed } = await cli(fresh.env, 'restore', backup)
    expect([status, printed]).toEqual([0, expect.not.stringMatching(/of before/)])
    expect(await alertnames(await running(fresh.env))).toEqual(['Alert0'])
  })

  it('replaces a database whose log is of a crash, or that is damaged with its log', async () => {
    for (const damaged of [false, true]) {
      const { env, backup, file, folder } = await stopped(1)
      await cli(env, 'backup', backup)
      // A copy of a running router's files is what a crash leaves.
      const crashed = place()
      const router = await startRouter({ config: readConfig(env), env })
      await post(router, 'InTheLog')
      for (const end of ['', '-wal', '-shm']) writeFileSync(crashed.file + end, readFileSync(file + end))
      await router.stop()
      if (damaged) damage(crashed.file)
      expect((await cli(crashed.env, 'restore', backup)).status).toBe(0)
      expect(readdirSync(crashed.folder).filter((name) => /^router\.db-/.test(name))).toEqual([])
      expect(await alertnames(await running(crashed.env))).toEqual(['Alert0'])
      expect(folder).not.toBe(crashed.folder)
    }
  })

  it('changes nothing when the backup is not usable', async () => {
    const { env, backup, file, folder } = await stopped(20)
    await cli(env, 'backup', backup)
    damage(backup)
    const before = readFileSync(file)
    const files = readdirSync(folder)
    const { status, complaints } = await cli(env, 'restore', backup)
    expect([status, complaints]).toEqual([1, expect.stringMatching(/^restore failed\. /)])
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(files)
    expect((await cli(env, 'restore', join(folder, 'nowhere'))).complaints).toMatch(/There is no file .*nowhere/)
    expect((await cli(env, 'restore', file)).complaints).toMatch(/is the database itself/)
    expect(existsSync(`${file}.restoring`)).toBe(false)
  })
})

describe('any command', () => {
  it.each([
    [[], 2, /backup .*\n.*restore .*\n.*check .*\n.*token /],
    [['--help'], 0, /Each says more with --help/],
    [['backup', '--help'], 0, /^backup <file>/],
    [['bakcup'], 2, /There is no command bakcup/],
    [['backup'], 2, /Name the file of the backup/],
    [['backup', 'a', 'b'], 2, /one argument too many: b/],
    [['restore', 'a', '--fast'], 2, /Unknown option '--fast'/],
    [['check', '--fast'], 2, /Unknown option '--fast'/],
  ])('%j exits with %s', async (args, status, text) => {
    const ran = await cli(place().env, ...args)
    expect(ran.status).toBe(status)
    expect(ran.printed + ran.complaints).toMatch(text)
  })

  it('says in a sentence what is wrong with the settings', async () => {
    const { status, complaints } = await cli({ ...place().env, DISK_LOW: 'much' }, 'check')
    expect([status, complaints]).toEqual([
      1,
      expect.stringMatching(/^check failed\. .*\n {2}DISK_LOW: "much" is not valid/),
    ])
  })
})

/** Zeros over the pages behind the schema. */
function damage(file: string): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096 * 20, 0xa5), 0, 4096 * 20, 4096 * 3)
  closeSync(handle)
}
