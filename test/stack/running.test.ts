/** Where the commands find the running stack: its file, the usual ports, what the environment overrides. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readRunning } from '../../src/stack/read-running.ts'
import { type Running, stackFile, writeRunning } from '../../src/stack/running.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** `readRunning` looks for `data/` and `secrets/` where the command was started. */
async function inEmptyFolder(): Promise<string> {
  const before = process.cwd()
  const path = await folder()
  process.chdir(path)
  onTestFinished(() => process.chdir(before))
  return path
}

const running: Running = {
  urls: {
    router: 'http://127.0.0.1:1001',
    modelServer: 'http://127.0.0.1:1002',
    mlApi: 'http://127.0.0.1:1003',
    prometheus: 'http://127.0.0.1:1004',
    alertmanager: 'http://127.0.0.1:1005',
    pushgateway: 'http://127.0.0.1:1006',
    nodeExporter: 'http://127.0.0.1:1007',
    drill: 'http://127.0.0.1:1008',
  },
  tokens: { ingest: 'in', read: 're', admin: 'ad', control: 'co' },
  pids: { router: 12, 'model-server': 13 },
  speed: 300,
}

it('finds what was written, readable by its owner only', async () => {
  const path = join(await folder(), 'new', 'stack.json')
  await writeRunning(path, running)
  chmodSync(path, 0o644)
  await writeRunning(path, running)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readRunning({ STACK_FILE: path })).toEqual(running)
})

it('falls back to the usual ports, without tokens and process ids', async () => {
  await inEmptyFolder()
  const found = readRunning({})
  expect(found.urls.router).toBe('http://127.0.0.1:8080')
  expect(found.urls.drill).toBe('http://127.0.0.1:9099')
  expect(found).toMatchObject({ tokens: { ingest: null, read: null, admin: null, control: null }, pids: {}, speed: 1 })
})

it('reads the tokens of compose.yml where no stack was started', async () => {
  await inEmptyFolder()
  mkdirSync('secrets')
  writeFileSync('secrets/control-token', 'of-compose\n')
  expect(readRunning({}).tokens).toEqual({ ingest: null, read: null, admin: null, control: 'of-compose' })
  await writeRunning(stackFile({}), running)
  expect(readRunning({}).tokens).toEqual(running.tokens)
})

it('lets the environment override single addresses and tokens', async () => {
  const path = join(await folder(), 'stack.json')
  const file = join(await folder(), 'token')
  await writeRunning(path, running)
  writeFileSync(file, 'from-a-file\n')
  const env = { STACK_FILE: path, ROUTER_URL: 'https://router.example/', READ_TOKEN_FILE: file, ADMIN_TOKEN: 'given' }
  const found = readRunning({ ...env, PROMETHEUS_URL: '', INGEST_TOKEN: '' })
  expect(found.urls).toEqual({ ...running.urls, router: 'https://router.example' })
  expect(found.tokens).toEqual({ ...running.tokens, read: 'from-a-file', admin: 'given' })
})

it.each<[string, Record<string, string>, RegExp]>([
  [
    'a file that is not there',
    { STACK_FILE: '/nonexistent/stack.json' },
    /^STACK_FILE: .* is not there.*npm run stack/,
  ],
  ['an address that is none', { ROUTER_URL: 'localhost:8080' }, /^ROUTER_URL: "localhost:8080" is no http/],
  ['a token given twice', { READ_TOKEN: 'a', READ_TOKEN_FILE: 'b' }, /^READ_TOKEN: is set, and READ_TOKEN_FILE/],
  ['a token file that is not there', { READ_TOKEN_FILE: '/nonexistent' }, /^READ_TOKEN_FILE: .* cannot be read/],
])('refuses %s', async (_, env, message) => {
  await inEmptyFolder()
  expect(() => readRunning(env)).toThrow(message)
})

it('says so when the file describes no stack', async () => {
  const path = join(await folder(), 'stack.json')
  writeFileSync(path, '{"urls": {}}')
  expect(() => readRunning({ STACK_FILE: path })).toThrow(/does not describe a running stack/)
})
