/** What `npm run trigger` says when it is interrupted: the truth about what it leaves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'

const MAIN = fileURLToPath(new URL('../../src/trigger/main.ts', import.meta.url))
const rule = {
  ...{ type: 'alerting', name: 'HostLowDisk', query: 'up == 0', duration: 0 },
  labels: { severity: 'critical' },
}

/** Everything in one; figures that were pushed are deleted with `status`. */
async function interrupted(status: number) {
  let isPushed = false
  const standIn = await startStandIn(({ method, path }, response) => {
    isPushed ||= method === 'PUT'
    const data = path.endsWith('/rules') ? { groups: [{ rules: [rule] }] } : { alerts: [] }
    answer(
      response,
      method === 'DELETE' && isPushed ? status : 200,
      JSON.stringify({ status: 'success', data, alerts: [] }),
    )
  })
  onTestFinished(() => standIn.close())
  const { url } = standIn
  const child = spawn(process.execPath, [MAIN, 'HostLowDisk'], {
    env: { PROMETHEUS_URL: url, ALERTMANAGER_URL: url, ROUTER_URL: url, PUSHGATEWAY_URL: url },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk
    })
  }
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(/does not exist/)
  child.kill('SIGINT')
  const [exitCode] = await once(child, 'close')
  return { said, exitCode }
}

it('all is undone', async () => {
  expect(await interrupted(202)).toEqual({
    said: expect.stringContaining('Interrupted. What was done is undone.'),
    exitCode: 130,
  })
})

it('something is not undone', async () => {
  const { said, exitCode } = await interrupted(500)
  expect(said).not.toMatch(/is undone/)
  expect(said).toMatch(/DELETE .* was answered 500/)
  expect(exitCode).toBe(2)
})
