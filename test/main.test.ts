/** The program as an operator meets it: what it says when it cannot run, and which signals it survives. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SqliteDriver from 'better-sqlite3'
import { expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from './db/temporary.ts'
import { defaultTeam } from './history/past.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A folder with documents, and the environment of a router that works on it. */
function place() {
  const folder = temporaryFolder()
  const teams = join(folder, 'teams')
  mkdirSync(teams)
  writeFileSync(join(teams, 'default.yml'), defaultTeam)
  return {
    teams,
    env: { PORT: '0', DATABASE_URL: `file:${join(folder, 'router.db')}`, BALLAST: '0', TEAMS_DIR: teams },
  }
}

interface Program {
  readonly child: ChildProcess
  output(): string
  /** Resolves when the output matches. */
  says(pattern: RegExp): Promise<void>
  ended(): Promise<{ code: number | null; output: string }>
}

function start(env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  const closed = once(child, 'close')
  return {
    child,
    output: () => output,
    says: (pattern) => vi.waitFor(() => expect(output).toMatch(pattern), { timeout: 20_000, interval: 20 }),
    ended: async () => {
      await closed
      return { code: child.exitCode, output }
    },
  }
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

it('says in a sentence which folder of documents is missing', async () => {
  const { code, output } = await start({ ...place().env, TEAMS_DIR: '/nowhere' }).ended()
  expect(code).toBe(1)
  expect(output).toBe(
    'alert-router cannot run. TEAMS_DIR: the folder /nowhere does not exist. Set TEAMS_DIR to the folder that holds default.yml.\n',
  )
})

it('says in a sentence that its address is taken', async () => {
  const { code, output } = await start({ ...place().env, LOG_LEVEL: 'error', PORT: String(await takenPort()) }).ended()
  expect(code).toBe(1)
  expect(output).toMatch(
    /^alert-router cannot run\. HOST=127\.0\.0\.1 PORT=\d+ cannot be listened on: .*another PORT\.\n$/,
  )
})

it('says in a sentence that another one has its database', async () => {
  const { env } = place()
  const first = start(env)
  await first.says(/is listening/)
  const { code, output } = await start(env).ended()
  expect(code).toBe(1)
  expect(output).toMatch(/^alert-router cannot run\. The database .* is in use by another process.*\n$/)
})

it('goes on when documents cannot be reloaded, says so in the log, and ends well when asked to', async () => {
  const { env, teams } = place()
  const program = start(env)
  await program.says(/is listening/)
  rmSync(teams, { recursive: true })
  program.child.kill('SIGHUP')
  await program.says(/could not be read again/)
  program.child.kill('SIGTERM')
  const { code, output } = await program.ended()
  expect(code).toBe(0)
  const lines = output.trim().split('\n')
  for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow()
})

it('takes new documents though alerts cannot follow them yet, and says so in the log', async () => {
  const { env, teams } = place()
  const program = start(env)
  await program.says(/is listening/)
  const other = new SqliteDriver(env.DATABASE_URL.slice('file:'.length))
  onTestFinished(() => void other.close())
  for (const change of ['insert', 'update']) {
    other.exec(`create trigger no_${change} before ${change} on fact begin select raise(abort, 'out of order'); end`)
  }
  writeFileSync(join(teams, 'default.yml'), `${defaultTeam}  group_wait: 7s\n`)
  program.child.kill('SIGHUP')
  await program.says(/"accepted":\["default"\]/)
  await program.says(/out of order.*could not all follow/)
  program.child.kill('SIGTERM')
  expect((await program.ended()).code).toBe(0)
})
