/** Tokens from the command line, on a stopped router's database and beside a running one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { token } from '../../src/cli/token.ts'
import { readConfig } from '../../src/config.ts'
import { type Router, startRouter } from '../../src/router.ts'
import { temporaryFolder } from '../db/temporary.ts'
import { defaultTeam } from '../history/past.ts'

const ADMIN_TOKEN = 'admin-0123456789abcdef'

/** An environment of a router with a folder of its own. */
function place(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const folder = temporaryFolder()
  const teams = join(folder, 'teams')
  mkdirSync(teams)
  writeFileSync(join(teams, 'default.yml'), defaultTeam)
  return {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'router.db')}`,
    BALLAST: '0',
    TEAMS_DIR: teams,
    LOG_LEVEL: 'silent',
    ...more,
  }
}

async function running(env: Readonly<Record<string, string>>): Promise<Router> {
  const router = await startRouter({ config: readConfig(env), env })
  onTestFinished(() => router.stop())
  return router
}

/** A database as a stopped router leaves it. */
async function stopped(env: Readonly<Record<string, string>>) {
  const router = await startRouter({ config: readConfig(env), env })
  await router.stop()
  return env
}

async function cli(env: Readonly<Record<string, string>>, ...args: string[]) {
  const printed: string[] = []
  const complained: string[] = []
  const status = await token.run(args, {
    config: readConfig(env),
    env,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
  })
  return { status, printed, complaints: complained.join('\n') }
}

async function statusWith(router: Router, secret: string | undefined, path = '/api/v1/alerts'): Promise<number> {
  return (await fetch(router.url + path, { headers: { authorization: `Bearer ${secret}` } })).status
}

const create = ['create', 'dashboard', '--verbs', 'read', '--teams', 'default', '--expires', '90d']

it('makes, lists and revokes on the database of a stopped router, which knows of it at its next start', async () => {
  const env = await stopped(place({ ADMIN_TOKEN }))
  const { status, printed, complaints } = await cli(env, ...create)
  expect([status, printed]).toEqual([0, [expect.stringMatching(/^ar_1_[\w-]{43}$/)]])
  expect(complaints).toMatch(/dashboard\): read for teams default; expires \d{4}-/)
  expect(complaints).not.toContain(printed[0])
  const listed = await cli(env, 'list')
  expect(listed.printed.join('\n')).toMatch(/^ID .*\n1 +dashboard +read +default +active +\d{4}-\S+ +never$/)
  const router = await running(env)
  expect(await statusWith(router, printed[0])).toBe(200)
  await router.stop()
  expect((await cli(env, 'revoke', 'dashboard')).printed).toEqual(['Token 1 (dashboard) is revoked.'])
  expect(await statusWith(await running(env), printed[0])).toBe(401)
})

it('asks the running router, which takes the token at once and refuses it at once', async () => {
  const env = place({ ADMIN_TOKEN })
  const router = await running(env)
  const beside = { ...env, PORT: new URL(router.url).port }
  const { printed } = await cli(beside, ...create)
  expect(await statusWith(router, printed[0])).toBe(200)
  const rotated = await cli(beside, 'rotate', 'dashboard', '--overlap', '2h')
  expect(rotated.complaints).toMatch(/^The old secret of dashboard is taken until \d{4}-/)
  expect(await statusWith(router, printed[0])).toBe(200)
  expect(await statusWith(router, rotated.printed[0])).toBe(200)
  expect((await cli(beside, 'list')).printed.map((row) => row.split(/ +/).slice(0, 5))).toEqual([
    ['ID', 'NAME', 'VERBS', 'TEAMS', 'STATE'],
    ['2', 'dashboard', 'read', 'default', 'active'],
    ['1', 'dashboard', 'read', 'default', 'replaced'],
  ])
  await expect(cli(beside, 'rotate', '1')).rejects.toThrow('1 was rotated already')
  expect((await cli(beside, 'revoke', 'dashboard')).printed).toHaveLength(2)
  expect(await statusWith(router, printed[0])).toBe(401)
  expect(await statusWith(router, rotated.printed[0])).toBe(401)
  await expect(cli(beside, 'revoke', 'dashboard')).rejects.toThrow('There is no token dashboard')
})

it('finds the router by PUBLIC_URL where there is no database', async () => {
  const router = await running(place({ ADMIN_TOKEN }))
  const elsewhere = { ...place({ ADMIN_TOKEN }), PUBLIC_URL: router.url }
  const { printed } = await cli(elsewhere, 'create', 'cluster-a', '--verbs', 'ingest')
  const body = '{"alerts":[]}'
  const headers = { authorization: `Bearer ${printed[0]}`, 'content-type': 'application/json' }
  const url = `${router.url}/api/v1/webhooks/alertmanager`
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
})

describe('says in a sentence', () => {
  it('that the router wants its ADMIN_TOKEN', async () => {
    const env = place({ ADMIN_TOKEN })
    const router = await running(env)
    const without: Record<string, string> = { ...env, PORT: new URL(router.url).port }
    delete without.ADMIN_TOKEN
    await expect(cli(without, 'list')).rejects.toThrow('The router asks for its ADMIN_TOKEN')
    await expect(cli({ ...without, ADMIN_TOKEN: 'another-0123456789' }, 'list')).rejects.toThrow('its ADMIN_TOKEN')
  })

  it('that there is neither database nor router, and makes no database', async () => {
    const env = place()
    await expect(cli(env, 'list')).rejects.toThrow(/There is no database at .*, and no router answers/)
    await expect(cli(env, 'list')).rejects.toThrow(/There is no database at/)
  })

  it('that somebody has the database and does not answer', async () => {
    const env = place({ ADMIN_TOKEN })
    await running(env)
    await expect(cli(env, 'list')).rejects.toThrow(/Another process has the database/)
  })

  it('that what answers is no router, without showing it the token', async () => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.end('<html>')
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const PORT = String((server.address() as AddressInfo).port)
    await expect(cli(place({ ADMIN_TOKEN, PORT }), 'list')).rejects.toThrow(/no router answers/)
    expect(seen).toEqual([undefined])
  })

  it.each(['stopped', 'running'])('what the rules refuse (%s)', async (state) => {
    const env = place({ ADMIN_TOKEN })
    const router = state === 'running' ? await running(env) : null
    const place_ = router === null ? await stopped(env) : { ...env, PORT: new URL(router.url).port }
    const tries: [string[], RegExp][] = [
      [['create', 'default', '--verbs', 'ingest'], /name: is reserved/],
      [['create', 'x', '--verbs', 'read,write', '--teams', '*'], /verbs\.1: /],
      [['create', 'x', '--verbs', 'read'], /teams: is missing/],
      [['create', 'x', '--verbs', 'read', '--teams', 'a', '--expires', 'soon'], /expiresIn: is no duration/],
      [
        ['create', 'x', '--verbs', 'read', '--teams', 'a', '--expires', '2020-01-01T00:00:00Z'],
        /is past|before it began/,
      ],
      [['rotate', 'x'], /There is no token x/],
    ]
    for (const [args, message] of tries) await expect(cli(place_, ...args), args.join(' ')).rejects.toThrow(message)
    await cli(place_, ...create)
    await expect(cli(place_, ...create)).rejects.toThrow('There is a token named dashboard')
  })
})

it.each([
  [[], 'Say what to do'],
  [['delete', 'x'], 'Say what to do'],
  [['create'], 'Say which token to create'],
  [['create', 'x'], 'Say what the token allows'],
  [['create', 'x', 'y', '--verbs', 'read'], 'one argument too many: y'],
  [['create', 'x', '--verb', 'read'], "Unknown option '--verb'"],
  [['list', 'x'], 'list takes no argument'],
])('%j is wrong use', async (args, complaint) => {
  const { status, complaints } = await cli(place(), ...args)
  expect(status).toBe(2)
  expect(complaints).toContain(complaint)
  expect(complaints).toContain('token create <name>')
})
