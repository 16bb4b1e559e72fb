/** What the environment may say, what is refused and in which words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, type Environment, readConfig, withoutOwnVariables } from '../src/config.ts'

const INGEST = 'ingest-0123456789abcdef'
const READ = 'read-0123456789abcdef'
const ADMIN = 'admin-0123456789abcdef'
const allTokens = { INGEST_TOKEN: INGEST, READ_TOKEN: READ, ADMIN_TOKEN: ADMIN }

function problemsOf(env: Environment): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('readConfig', () => {
  it('needs nothing on loopback', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      databaseFile: resolve('data/alert-router.db'),
      teamsDir: './teams',
      secretsDir: null,
      allowDestinations: [],
      publicUrl: null,
      retentionMs: 90 * 24 * 3_600_000,
      diskLowBytes: 256_000_000,
      ballastBytes: 64_000_000,
      clusters: [],
      staleAfterMs: 24 * 3_600_000,
      heartbeatUrl: null,
      heartbeatEveryMs: 60_000,
      smtpServer: null,
      smtpFrom: null,
      mailDomains: null,
      logLevel: 'info',
      tokens: { ingest: null, ingestPrevious: null, read: null, admin: null },
    })
  })

  it('takes a variable that is set to nothing as not set', () => {
    const empty = {
      HOST: '',
      PORT: '',
      DATABASE_URL: '',
      TEAMS_DIR: '',
      SECRETS_DIR: '',
      PUBLIC_URL: '',
      RETENTION: '',
      ALERTMANAGER_URLS: '',
      ALERTMANAGER_URLS_FILE: '',
      STALE_AFTER: '',
    }
    expect(readConfig(empty)).toEqual(readConfig({}))
  })

  it.each([
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['HOST', '::1', 'host', '::1'],
    ['DATABASE_URL', 'file:///var/lib/router.db', 'databaseFile', '/var/lib/router.db'],
    ['SECRETS_DIR', '/run/secrets', 'secretsDir', '/run/secrets'],
    [
      'ALLOW_DESTINATIONS',
      'localhost:9093, [::1]:25',
      'allowDestinations',
      [
        { host: 'localhost', port: 9093 },
        { host: '[::1]', port: 25 },
      ],
    ],
    ['PUBLIC_URL', 'https://alerts.example.org/', 'publicUrl', 'https://alerts.example.org'],
    ['PUBLIC_URL', 'http://example.org/alerts//', 'publicUrl', 'http://example.org/alerts'],
    ['RETENTION', '1h30m', 'retentionMs', 5_400_000],
    ['DISK_LOW', '1.5GB', 'diskLowBytes', 1_500_000_000],
    ['DISK_LOW', '0', 'diskLowBytes', 0],
    ['BALLAST', '64MiB', 'ballastBytes', 67_108_864],
    ['HEARTBEAT_URL', 'https://beats.test/s3cret', 'heartbeatUrl', 'https://beats.test/s3cret'],
    ['HEARTBEAT_URL', 'http://localhost:9099/s3cret', 'heartbeatUrl', 'http://localhost:9099/s3cret'],
    ['HEARTBEAT_EVERY', '10s', 'heartbeatEveryMs', 10_000],
    ['STALE_AFTER', '10m', 'staleAfterMs', 600_000],
    [
      'ALERTMANAGER_URLS',
      'eu=http://am-1:9093',
      'clusters',
      [{ source: 'eu', replicas: [{ name: 'am-1:9093', url: 'http://am-1:9093', credentials: null }] }],
    ],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
  ])('%s=%s', (name, value, key, expected) => {
    expect(readConfig({ [name]: value })).toHaveProperty(key, expected)
  })

  it.each([
    ['PORT', '65536', 'PORT: "65536" is not valid; write a number from 1 to 65535, or 0 for any free port'],
    ['PORT', '80a', 'PORT: "80a" is not valid; write a number from 1 to 65535, or 0 for any free port'],
    ['PORT', '-1', 'PORT: "-1" is not valid; write a number from 1 to 65535, or 0 for any free port'],
    [
      'DATABASE_URL',
      'postgres://db/router',
      /^DATABASE_URL: "postgres:" is not a database this program can use; .*file:/,
    ],
    ['DATABASE_URL', ':memory:', /^DATABASE_URL: .*not :memory:/],
    ['ALLOW_DESTINATIONS', 'ok:1,nowhere', /^ALLOW_DESTINATIONS: "nowhere" is not host:port; write/],
    [
      'PUBLIC_URL',
      'alerts.example.org',
      /^PUBLIC_URL: "alerts.example.org" is not valid; write an http or https address/,
    ],
    ['PUBLIC_URL', 'ftp://example.org', /^PUBLIC_URL: /],
    ['PUBLIC_URL', 'https://user:pass@example.org', /^PUBLIC_URL: /],
    ['PUBLIC_URL', 'https://example.org/?a=b', /^PUBLIC_URL: /],
    ['RETENTION', '90 days', /^RETENTION: "90 days" is not valid; write a duration of at least 1h/],
    ['RETENTION', '59m', /^RETENTION: /],
    ['DISK_LOW', '10%', /^DISK_LOW: "10%" is not valid; write a size, such as 256MB/],
    ['BALLAST', 'none', /^BALLAST: "none" is not valid; write a size, such as 64MB, or 0 for none/],
    [
      'HEARTBEAT_URL',
      'beats.test/s3cret',
      'HEARTBEAT_URL: is not a URL (it is not shown, as it may be a secret); write https://host/path',
    ],
    [
      'HEARTBEAT_URL',
      'http://beats.test/s3cret',
      'HEARTBEAT_URL: is plain http; write https, or permit it with ALLOW_DESTINATIONS=beats.test:80',
    ],
    ['HEARTBEAT_EVERY', '9s', 'HEARTBEAT_EVERY: "9s" is not valid; write a duration of at least 10s, such as 60s'],
    ['STALE_AFTER', '599s', /^STALE_AFTER: "599s" is not valid; write a duration of at least 10m/],
    ['ALERTMANAGER_URLS', 'am-1:9093', /^ALERTMANAGER_URLS: URL 1 of source default is no http or https URL/],
    ['ALERTMANAGER_URLS_FILE', '/nowhere/urls', /^ALERTMANAGER_URLS_FILE: \/nowhere\/urls cannot be read \(ENOENT\)/],
    ['LOG_LEVEL', 'verbose', /^LOG_LEVEL: "verbose" is not valid; write one of trace, debug, info/],
  ])('%s=%s is refused', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([
      problem instanceof RegExp ? expect.stringMatching(problem) : problem,
    ])
  })

  it('refuses a HOST that is none', () => {
    expect(problemsOf({ ...allTokens, HOST: 'http://here' })).toEqual([
      expect.stringMatching(/^HOST: "http:\/\/here" is not valid/),
    ])
  })

  it('takes a plain http HEARTBEAT_URL that ALLOW_DESTINATIONS names', () => {
    const env = { HEARTBEAT_URL: 'http://beats.test/s3cret', ALLOW_DESTINATIONS: 'beats.test:80' }
    expect(readConfig(env).heartbeatUrl).toBe('http://beats.test/s3cret')
  })

  it('lists everything that is wrong at once', () => {
    const problems = problemsOf({ PORT: 'x', RETENTION: 'y', LOG_LEVEL: 'z', READ_TOKEN: 'short', HOST: '0.0.0.0' })
    const names = problems.map((problem) => problem.split(':', 1)[0])
    expect(names).toEqual(['PORT', 'RETENTION', 'LOG_LEVEL', 'READ_TOKEN', 'INGEST_TOKEN', 'ADMIN_TOKEN'])
    expect(() => readConfig({ PORT: 'x' })).toThrow(/^The configuration cannot be used:\n {2}PORT: /)
  })
})

describe('ALERTMANAGER_URLS_FILE', () => {
  it('holds what ALERTMANAGER_URLS would, and one of them is enough', () => {
    const folder = mkdtempSync(join(tmpdir(), 'alert-router-config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'urls')
    writeFileSync(file, 'http://ops:hunter2@am-1:9093\nhttp://ops:hunter2@am-2:9093\n')
    const { clusters } = readConfig({ ALERTMANAGER_URLS_FILE: file })
    expect(clusters).toMatchObject([{ source: 'default', replicas: [{ name: 'am-1:9093' }, { name: 'am-2:9093' }] }])
    const both = problemsOf({ ALERTMANAGER_URLS_FILE: file, ALERTMANAGER_URLS: 'http://ops:hunter2@am' })
    expect(both).toEqual(['ALERTMANAGER_URLS: is set, and ALERTMANAGER_URLS_FILE as well; keep one of them'])
  })

  it('is no secret of a team that is named like it', () => {
    const own = { ALERTMANAGER_URLS: 'a', ALERTMANAGER_URLS_FILE: 'b', STALE_AFTER: 'c' }
    expect(withoutOwnVariables({ ...own, ALERTMANAGER_SLACK_URL: 'd' })).toEqual({ ALERTMANAGER_SLACK_URL: 'd' })
  })
})

describe('tokens', () => {
  let folder = ''
  const fileWith = (text: string): string => {
    const file = join(folder, `token-${text.length}`)
    writeFileSync(file, text)
    return file
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('come from variables or files', () => {
    const env = { ...allTokens, INGEST_TOKEN: undefined, INGEST_TOKEN_FILE: fileWith(`${INGEST}\n`) }
    expect(readConfig(env).tokens).toEqual({ ingest: INGEST, ingestPrevious: null, read: READ, admin: ADMIN })
  })

  it('may have a predecessor while they are rotated', () => {
    const env = { INGEST_TOKEN: INGEST, INGEST_TOKEN_PREVIOUS: 'previous-0123456789abcdef' }
    expect(readConfig(env).tokens).toMatchObject({ ingest: INGEST, ingestPrevious: 'previous-0123456789abcdef' })
    expect(problemsOf({ INGEST_TOKEN_PREVIOUS: INGEST })).toEqual([
      expect.stringMatching(/^INGEST_TOKEN_PREVIOUS: is set without INGEST_TOKEN/),
    ])
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', 'router.example.org'])('are all needed on HOST=%s', (host) => {
    expect(readConfig({ ...allTokens, HOST: host }).host).toBe(host)
    for (const name of ['INGEST_TOKEN', 'READ_TOKEN', 'ADMIN_TOKEN']) {
      expect(problemsOf({ ...allTokens, [name]: undefined, HOST: host })).toEqual([
        expect.stringMatching(new RegExp(`^${name}: is not set, and HOST=.* can be reached from other machines`)),
      ])
    }
  })

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('are not needed on HOST=%s', (host) => {
    expect(problemsOf({ HOST: host })).toEqual([])
  })

  it.each([
    ['', 'is empty'],
    ['changeme', 'is still a placeholder'],
    ['please-CHANGE_ME-now', 'is still a placeholder'],
    ['<token>', 'is still a placeholder'],
    ['<your token goes here>', 'is still a placeholder'],
    ['$INGEST_TOKEN_OF_TODAY', 'is still a placeholder'],
    ['xxxxxxxxxxxxxxxxxxxxxxxx', 'is still a placeholder'],
    ['0123456789abcde', 'is shorter than 16 characters'],
    ['0123456789abcdef 123', 'holds a space or a character that an HTTP header cannot carry'],
    ['0123456789abcdefé', 'holds a space or a character that an HTTP header cannot carry'],
  ])('%j is refused: %s', (token, flaw) => {
    const problems = [`INGEST_TOKEN: ${flaw}; make one with: openssl rand -hex 32`]
    expect(problemsOf({ INGEST_TOKEN: token })).toEqual(problems)
    expect(problemsOf({ ...allTokens, INGEST_TOKEN: token, HOST: '0.0.0.0' })).toEqual(problems)
  })

  it('are refused in the variable and the file at once, in empty files, and in files that are not there', () => {
    expect(problemsOf({ READ_TOKEN: READ, READ_TOKEN_FILE: fileWith(READ) })).toEqual([
      'READ_TOKEN: is set, and READ_TOKEN_FILE as well; keep one of them',
    ])
    expect(problemsOf({ READ_TOKEN_FILE: fileWith('\n') })).toEqual([
      expect.stringMatching(/^READ_TOKEN_FILE: is empty/),
    ])
    const missing = join(folder, 'missing')
    expect(problemsOf({ READ_TOKEN_FILE: missing })).toEqual([
      `READ_TOKEN_FILE: ${missing} cannot be read (ENOENT); name a file that holds the token`,
    ])
  })

  it('must differ from each other', () => {
    expect(problemsOf({ ...allTokens, ADMIN_TOKEN: READ })).toEqual([
      expect.stringMatching(/^ADMIN_TOKEN: is the same as READ_TOKEN/),
    ])
  })

  it('are never shown', () => {
    const env = {
      INGEST_TOKEN: 'short-canary',
      READ_TOKEN: 'canary canary canary',
      ADMIN_TOKEN: READ,
      INGEST_TOKEN_PREVIOUS: READ,
    }
    expect(problemsOf(env)).toHaveLength(3)
    expect(problemsOf(env).join()).not.toMatch(/canary|0123/)
  })
})
