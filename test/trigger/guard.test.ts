/** What is begun is undone also when the program that began it is killed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openGuard } from '../../src/trigger/guard.ts'

const guardModule = new URL('../../src/trigger/guard.ts', import.meta.url).href

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guard-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'undone; $(not run)')
}

it('undoes when it is asked to, and says whether that went well', async () => {
  const file = await place()
  const undo = await openGuard('touch "$1"', file)
  expect(existsSync(file)).toBe(false)
  expect(await undo()).toBe(true)
  expect(existsSync(file)).toBe(true)
  expect(await (await openGuard('exit 3'))()).toBe(false)
})

it('undoes when its program is killed', async () => {
  const file = await place()
  const code = `import { openGuard } from '${guardModule}'
    await openGuard('touch "$1"', process.argv[1])
    console.log('begun')
    setInterval(() => {}, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((done) => child.stdout.once('data', done))
  expect(existsSync(file)).toBe(false)
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true)
})
