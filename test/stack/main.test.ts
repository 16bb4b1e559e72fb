/** `npm run stack` as a person uses it: it says what runs where, and Ctrl-C leaves nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { readRunning } from '../../src/stack/read-running.ts'
import { writeRunning } from '../../src/stack/running.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { describeWith } from '../components.ts'

const main = fileURLToPath(new URL('../../src/stack/main.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  /** Resolves when it printed that, or ended. */
  printed(text: string): Promise<void>
  readonly output: () => string
  readonly ended: Promise<number | null>
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(([status]) => status as number | null)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return {
    child,
    output: () => output,
    ended,
    printed: async (text) => {
      while (!output.includes(text) && child.exitCode === null) {
        await Promise.race([once(child.stdout, 'data'), ended])
      }
      expect(output).toContain(text)
    },
  }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  await mkdir(join(path, 'tmp'))
  return path
}

it('refuses a second stack, and says how to end what is left of the first', async () => {
  const path = await folder()
  const file = join(path, 'stack.json')
  const router = await startStandIn((_, response) => answer(response, 200, ''))
  onTestFinished(router.close)
  await writeRunning(file, { ...readRunning({ ROUTER_URL: router.url }), pids: { router: process.pid } })
  const { ended, output } = run([], { STACK_FILE: file, PATH: '' })
  expect(await ended).toBe(2)
  expect(output()).toMatch(new RegExp(`running already.*kill ${process.pid}\\n`, 's'))
})

it('says what is not installed, also where a stack of long ago left its file', async () => {
  const path = await folder()
  const port = await freePort()
  const old = readRunning({ ROUTER_URL: `http://127.0.0.1:${port}` })
  await writeRunning(join(path, 'stack.json'), { ...old, pids: { router: process.pid } })
  const { ended, output } = run([], { STACK_FILE: join(path, 'stack.json'), PATH: '', TMPDIR: join(path, 'tmp') })
  expect(await ended).toBe(2)
  expect(output()).toContain('apt-get install')
  expect(await readdir(join(path, 'tmp'))).toEqual([])
})

it('does not overwrite a file that is none of its own', async () => {
  const file = join(await folder(), 'stack.json')
  await writeFile(file, 'precious')
  const { ended, output } = run([], { STACK_FILE: file, PATH: '' })
  expect(await ended).toBe(2)
  expect(output()).toContain('does not describe a running stack')
})

const programs = ['prometheus', 'prometheus-alertmanager', 'node-exporter', 'pushgateway'] as const

describeWith(programs, 'npm run stack', (...paths) => {
  it('runs until Ctrl-C, and leaves nothing', async () => {
    const path = await folder()
    const file = join(path, 'stack.json')
    const env = { STACK_FILE: file, PATH: paths.map(dirname).join(':'), TMPDIR: join(path, 'tmp') }
    const { child, printed, output, ended } = run(['--speed', '300', '--free-ports'], env)
    await printed('Messages come here')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { urls, pids, speed } = readRunning({ STACK_FILE: file })
    expect(speed).toBe(300)
    for (const url of [urls.router, urls.prometheus, urls.modelServer]) expect(output()).toContain(url)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(existsSync(file)).toBe(false)
    expect(await readdir(join(path, 'tmp'))).toEqual([])
    for (const pid of Object.values(pids)) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  }, 60_000)

  it('leaves nothing when it is interrupted while it starts', async () => {
    const path = await folder()
    const env = { STACK_FILE: join(path, 'stack.json'), PATH: paths.map(dirname).join(':'), TMPDIR: join(path, 'tmp') }
    const { child, printed, ended } = run(['--free-ports'], env)
    await printed('Starting')
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(await readdir(path)).toEqual(['tmp'])
    expect(await readdir(join(path, 'tmp'))).toEqual([])
  }, 60_000)
})
