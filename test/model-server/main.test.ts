/** The program: it listens, answers, and stops when asked to; what is wrong it says in a sentence. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import { setosa } from './rig.ts'

const MAIN = fileURLToPath(new URL('../../src/model-server/main.ts', import.meta.url))

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return { child, closed: once(child, 'close'), output: () => output }
}

it('serves until it is told to stop, also while a fault is on', async () => {
  const { child, closed, output } = start(['iris'], { FAULT_CONTROLS: 'on' })
  const listening = /Server listening at (http:[^"]+)/
  await vi.waitFor(() => expect(output()).toMatch(listening), { timeout: 20_000, interval: 20 })
  const address = listening.exec(output())?.[1] ?? ''
  const post = (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    return fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const answer = await (await post('/predict', setosa)).json()
  expect(answer).toMatchObject({ prediction: 'setosa', latency_ms: expect.any(Number) })
  expect((await post('/control/cpu', { amount: 0.01 })).status).toBe(200)
  child.kill('SIGTERM')
  await closed
  expect(child.exitCode).toBe(0)
  expect(output()).toMatch(/"fault":"cpu".*"fault on"/)
})

it.each([
  ['a server that there is not', ['roses'], {}, /^The model server cannot run\. Name the server to start: npm run/],
  [
    'an address that it cannot have',
    ['iris'],
    { HOST: '192.0.2.1' },
    /The address 192\.0\.2\.1:0 cannot be used: .*EADDRNOTAVAIL/,
  ],
] as const)('says %s', async (_what, args, env, says) => {
  const { child, closed, output } = start(args, env)
  await closed
  expect(child.exitCode).toBe(1)
  expect(output()).toMatch(says)
  expect(output()).not.toMatch(/\n {4}at /)
})
