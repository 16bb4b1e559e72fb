/** A program as a child: until it answers, when it dies, when it does not want to end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { type Program, type ProgramSettings, program } from '../../src/stack/program.ts'

/** A server in Node; `more` runs before it listens. */
async function server(more = '', settings: Partial<ProgramSettings> = {}): Promise<Program & { url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const listen = `require('http').createServer((_, r) => r.end(String(process.pid))).listen(${port}, '127.0.0.1')`
  const made = program({
    ...{ name: 'test-server', binary: process.execPath, args: ['-e', `(() => { ${more}; ${listen} })()`], env: {} },
    ...{ log: join(folder, 'log'), readyUrl: url },
    ...settings,
  })
  onTestFinished(async () => {
    await made.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return Object.assign(made, { url })
}

it('runs from start to stop, and once more', async () => {
  const it = await server()
  await it.start()
  const first = it.pid as number
  expect(await fetch(it.url).then((response) => response.text())).toBe(String(first))
  await it.start()
  expect(it.pid).toBe(first)
  await it.stop()
  expect(() => process.kill(first, 0)).toThrow(/ESRCH/)
  expect(it.pid).toBeNull()
  await it.stop()
  await it.start()
  expect(it.pid).not.toBe(first)
})

it.each<[string, string, Partial<ProgramSettings>, RegExp]>([
  ['one that gives up', 'console.error("bad flag"); process.exit(2)', {}, /^test-server did not start: bad flag$/],
  ['one that is not there', '', { binary: '/nonexistent/program' }, /^test-server did not start: .*ENOENT/],
  ['one that leaves', 'return', {}, /^test-server did not start: it ended \(status 0\) and said nothing$/],
  ['one that hangs', 'return setInterval(() => {}, 1000)', { readyWithinMs: 300 }, /: no answer from http:/],
])('says why it did not start: %s', async (_, more, settings, message) => {
  const it = await server(more, settings)
  await expect(it.start()).rejects.toThrow(message)
  expect(it.pid).toBeNull()
})

it('reports a death, with the last words, and can be started again', async () => {
  const died = Promise.withResolvers<string[]>()
  const it = await server('console.error("I was fine")', { onDeath: (...words) => died.resolve(words) })
  await it.start()
  process.kill(it.pid as number, 'SIGKILL')
  expect(await died.promise).toEqual(['SIGKILL', 'I was fine'])
  await it.start()
  expect(it.pid).not.toBeNull()
})

it('reports no death that was asked for', async () => {
  let deaths = 0
  const it = await server('', { onDeath: () => deaths++ })
  await it.start()
  await it.stop()
  expect(deaths).toBe(0)
})

it('ends one that was suspended', async () => {
  const it = await server()
  await it.start()
  const pid = it.pid as number
  process.kill(pid, 'SIGSTOP')
  await it.stop()
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
})

it('ends what is starting when it is told to', async () => {
  const it = await server('return setInterval(() => {}, 1000)')
  const interrupted = new AbortController()
  const started = it.start(interrupted.signal)
  const pid = it.pid as number
  interrupted.abort()
  await expect(started).rejects.toThrow(/aborted/)
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  await expect(it.start(AbortSignal.abort())).rejects.toThrow(/aborted/)
})

it('hands nothing of its own environment on', async () => {
  const port = await freePort()
  const script = `require('http').createServer((_, r) => r.end(JSON.stringify(process.env))).listen(${port}, '127.0.0.1')`
  const it = await server('', { args: ['-e', script], readyUrl: `http://127.0.0.1:${port}`, env: { A: 'b' } })
  await it.start()
  expect(await fetch(`http://127.0.0.1:${port}`).then((response) => response.json())).toEqual({ A: 'b' })
})
