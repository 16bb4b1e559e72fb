/** `npm run demo` where Prometheus is installed: after the router's own story a real model breaks and heals. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/demo/main.ts', import.meta.url))

it('plays the second chapter: Slack and PagerDuty hear that the model breaks, and that it is well', async () => {
  const { SLACK_WEBHOOK_URL: _, ...env } = process.env
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let shown = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (shown += text))
  await once(child, 'close')
  expect(child.exitCode, shown).toBe(0)
  const inOrder = [
    'Half of its answers become wrong.',
    'ModelAccuracyDrop (critical) fires',
    'The model heals.',
    'ModelAccuracyDrop (critical) is over',
  ]
  expect(shown.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(inOrder.map((words) => RegExp.escape(words)).join('.*')))
  for (const line of [
    /Slack · #ml-platform .*\n│ 🔴 Firing: ModelAccuracyDrop/u,
    /Slack · #ml-platform .*\n│ ✅ Resolved: ModelAccuracyDrop/u,
    /PagerDuty: incident #1 triggered/,
    /PagerDuty: incident #1 resolved/,
  ]) {
    expect(shown).toMatch(line)
  }
})
