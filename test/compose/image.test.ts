/** The image, as far as it can be seen without an engine: built by its Dockerfile into a folder, and run from there. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { describeWithMounts } from '../components.ts'
import { buildInto, type Instruction, imageEnvironment, jsonArguments, stageOf } from './dockerfile.ts'
import { missingImports } from './imports.ts'
import { isOurs, programOf, readSystem } from './system.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const services = Object.entries(readSystem().compose.services).filter(([, service]) => isOurs(service))

const folder = mkdtempSync(join(tmpdir(), 'alert-router-image-'))
let app = ''
/** Where the base has it; a copy, because another user may not be let into the folder of ours. */
const node = join(folder, 'image', 'usr', 'local', 'bin', 'node')

beforeAll(() => {
  chmodSync(folder, 0o755)
  app = join(buildInto(folder, dockerfile, ROOT), 'app')
  mkdirSync(dirname(node), { recursive: true })
  copyFileSync(process.execPath, node)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('holds what .dockerignore lets through, and nothing else', () => {
  const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').match(/(?<=^!).+/gm)
  const copied = [...stageOf(dockerfile, 'packages'), ...stageOf(dockerfile, null)]
    .filter(({ keyword, text }) => keyword === 'COPY' && !text.includes('--from='))
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
  expect([...new Set(copied)].sort()).toEqual(allowed?.sort())
  expect(readdirSync(app).sort()).toEqual(['migrations', 'node_modules', 'package.json', 'src'])
})

it('has neither Node nor anything of development among its packages, and is small', () => {
  const { devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const installed = new Set(readdirSync(join(app, 'node_modules')))
  const unwanted = Object.keys({ ...devDependencies, ...optionalDependencies }).filter((name) => !name.startsWith('@'))
  // The schemas of Fastify need it too.
  expect(unwanted.filter((name) => installed.has(name) && name !== 'ajv' && name !== 'ajv-formats')).toEqual([])
  const files = readdirSync(app, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  expect(bytes).toBeLessThan(80_000_000)
})

it.each(services)('finds all that %s imports', (_name, service) => {
  expect(missingImports(app, programOf(service)[0] ?? '')).toEqual([])
})

describe('an import that is not there', () => {
  it.each([
    ['a package', "import { x } from 'none-such'", 'a.ts imports none-such, which is not installed'],
    ['a package for its effects', "import 'none-such'", 'a.ts imports none-such, which is not installed'],
    ['a file', "export { x } from './b.ts'", 'b.ts is not in the image'],
    ['over lines', "import {\n  x,\n} from '@none/such/deep'", 'a.ts imports @none/such/deep, which is not installed'],
  ])('is found: %s', (_what, source, problem) => {
    const place = mkdtempSync(join(folder, 'imports-'))
    writeFileSync(join(place, 'a.ts'), `import type { T } from 'types-only'\nimport { y } from 'node:fs'\n${source}\n`)
    expect(missingImports(place, 'a.ts')).toEqual([problem])
  })
})

it('is stopped, asked and run without a shell, by a number that is not root', () => {
  expect(instruction('USER').text).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  expect(instruction('STOPSIGNAL').text).toBe('SIGTERM')
  expect(jsonArguments(instruction('ENTRYPOINT'))).toEqual(['node'])
  expect(jsonArguments(instruction('CMD'))).toEqual(['src/main.ts'])
  expect(jsonArguments(instruction('HEALTHCHECK'))[0]).toBe('node')
  expect(stageOf(dockerfile, null).some(({ keyword }) => keyword === 'RUN')).toBe(false)
})

describeWithMounts('the image, its root read-only and its user nobody we know', () => {
  it('takes an alert, is well, writes to /data only, and ends when asked to', async () => {
    const { data, env, token } = place()
    const [command = '', ...args] = contained(data, [node, ...jsonArguments(instruction('CMD'))])
    const router = spawn(command, args, { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void router.kill('SIGKILL'))
    let output = ''
    for (const stream of [router.stdout, router.stderr]) stream.on('data', (text) => (output += text))
    const ended = once(router, 'close')
    const port = await vi.waitFor(() => listening.exec(output)?.[1] ?? raise(output), { timeout: 20_000, interval: 50 })

    expect(run(data, healthCheck(port), env)).toMatchObject({ status: 0, stderr: '' })
    expect(await post(port, token)).toBe(200)
    expect(readdirSync(data)).toContain('alert-router.db')
    for (const path of [join(app, 'src', 'x'), join(folder, 'x')]) {
      expect(run(data, [node, '-e', `fs.writeFileSync(${JSON.stringify(path)}, '')`], env).stderr).toMatch(/EROFS/)
    }
    router.kill('SIGTERM')
    await ended
    expect(router.exitCode, output).toBe(0)
    expect(run(data, healthCheck(port), env).status).not.toBe(0)
  })

  it.each([
    ['iris', 'POST', '/predict', { features: [5.1, 3.5, 1.4, 0.2] }],
    ['churn', 'GET', '/health', undefined],
  ])('serves %s', async (server, method, path, body) => {
    const { data } = place()
    const [command = '', ...args] = contained(data, [node, 'src/model-server/main.ts', server])
    const child = spawn(command, args, { cwd: app, env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    const port = await vi.waitFor(() => listening.exec(output)?.[1] ?? raise(output), { timeout: 20_000, interval: 50 })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body !== undefined && { headers, body: JSON.stringify(body) }),
    })
    expect(answer.status).toBe(200)
  })
})

const listening = /istening[^\n]*?(?:"port":|:)(\d{2,5})\b/

function instruction(keyword: string): Instruction {
  return stageOf(dockerfile, null).find((found) => found.keyword === keyword) ?? raise(`no ${keyword}`)
}

/** The command of HEALTHCHECK, with Node as it is called here, and the port. */
function healthCheck(port: string): readonly string[] {
  return [node, ...jsonArguments(instruction('HEALTHCHECK')).slice(1)].map((word) =>
    word.replace(':8080/', `:${port}/`),
  )
}

/**
 * A command line that runs `command` as the user of the image, without any right, where nothing can be written but
 * `writable`. Whoever is not root cannot become another user, and runs it as himself.
 */
function contained(writable: string, command: readonly string[]): readonly string[] {
  const script = 'whole=$(stat -c %m "$0") && mount --bind "$0" "$0" && mount -o remount,bind,ro "$whole" && exec "$@"'
  const [user, group] = instruction('USER').text.split(':')
  const asRoot = process.getuid?.() === 0
  const rights = ['--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']
  return [
    ...['unshare', ...(asRoot ? [] : ['--map-root-user']), '--mount', 'sh', '-c', script, writable],
    ...(asRoot ? ['setpriv', `--reuid=${user}`, `--regid=${group}`, ...rights] : []),
    ...command,
  ]
}

function run(writable: string, command: readonly string[], env: NodeJS.ProcessEnv) {
  const [first = '', ...rest] = contained(writable, command)
  return spawnSync(first, rest, { cwd: app, env, encoding: 'utf8' })
}

/** What compose.yml mounts and sets for the router, with the paths that it has here. */
function place() {
  const at = mkdtempSync(join(folder, 'place-'))
  const [data, teams, secrets] = [join(at, 'data'), join(at, 'teams'), join(at, 'secrets')]
  mkdirSync(data)
  cpSync(join(ROOT, 'teams'), teams, { recursive: true })
  copyFileSync(join(ROOT, 'secrets.sh'), join(at, 'secrets.sh'))
  execFileSync('sh', [join(at, 'secrets.sh')], { stdio: 'ignore' })
  // An engine mounts the files one by one; here the folder has to be entered.
  for (const path of [at, secrets]) chmodSync(path, 0o755)
  const [user, group] = instruction('USER').text.split(':').map(Number)
  if (process.getuid?.() === 0) chownSync(data, user ?? 0, group ?? 0)

  const inContainer = { '/data': data, '/etc/alert-router/teams': teams, '/run/secrets': secrets }
  const given = { ...imageEnvironment(dockerfile), ...readSystem().compose.services.router?.environment }
  const env = Object.entries({ ...given, HEARTBEAT_URL: '', BALLAST: '0' }).map(([name, value]) => {
    const [from, to] = Object.entries(inContainer).find(([path]) => value.replace('file:', '').startsWith(path)) ?? [
      '',
      '',
    ]
    return [name, value.replace(from, to)]
  })
  const token = readFileSync(join(secrets, 'ingest-token'), 'utf8')
  return { data, token, env: { ...Object.fromEntries(env), PORT: '0' } as Record<string, string> }
}

async function post(port: string, token: string): Promise<number> {
  const labels = { alertname: 'ModelServerDown', severity: 'critical', team: 'ml-platform' }
  const alert = {
    status: 'firing',
    labels,
    annotations: {},
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
  }
  const body = { version: '4', groupKey: '{}', status: 'firing', receiver: 'r', groupLabels: {}, commonLabels: labels }
  const { status } = await fetch(`http://127.0.0.1:${port}/api/v1/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...body, commonAnnotations: {}, externalURL: 'http://am', alerts: [alert] }),
  })
  return status
}

function raise(message: string): never {
  throw new Error(message)
}
