/** The training job: what it measures, and the real Pushgateway that keeps it. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { PushError, pushResults } from '../../src/model-server/training/push.ts'
import { runTraining } from '../../src/model-server/training/training.ts'
import { freePort } from '../../src/stack/ports.ts'
import { program } from '../../src/stack/program.ts'
import { describeWith } from '../components.ts'

const main = fileURLToPath(new URL('../../src/model-server/training/main.ts', import.meta.url))

function train(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('measures every model by what it did not learn from, and the run by the clock', () => {
  let now = 1_000_000
  const results = runTraining('churn', () => (now += 1_500))
  expect(results).toEqual([
    { model: 'churn-v1', accuracy: 0.908, durationSeconds: 1.5, finishedAt: 1_003_000 },
    { model: 'churn-v2', accuracy: 0.952, durationSeconds: 1.5, finishedAt: 1_003_000 },
  ])
})

it('says where it found nobody', async () => {
  const port = await freePort()
  const results = [{ model: 'iris', accuracy: 0.9, durationSeconds: 1, finishedAt: 0 }]
  const pushed = pushResults(results, `http://127.0.0.1:${port}`)
  await expect(pushed).rejects.toThrow(PushError)
  await expect(pushed).rejects.toThrow(
    /^The Pushgateway at http:\/\/127\.0\.0\.1:\d+ did not take the results: .*ECONNREFUSED.*PUSHGATEWAY_URL/,
  )
})

it.each<[string, readonly string[], Record<string, string>, RegExp]>([
  ['an unknown server', ['cats'], {}, /iris\|churn/],
  ['two servers', ['iris', 'churn'], {}, /iris\|churn/],
  ['an address that is none', ['iris'], { PUSHGATEWAY_URL: 'localhost' }, /PUSHGATEWAY_URL: "localhost" is no http/],
])('refuses %s', (_, args, env, message) => {
  const { status, stderr } = train(args, env)
  expect(status).toBe(1)
  expect(stderr).toMatch(message)
})

describeWith('pushgateway', 'a real Pushgateway', (binary) => {
  it('keeps the results of each model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const gateway = program({
      name: 'pushgateway',
      binary,
      args: [`--web.listen-address=127.0.0.1:${port}`, `--persistence.file=${join(folder, 'data')}`],
      env: {},
      log: join(folder, 'log'),
      readyUrl: `${url}/-/ready`,
    })
    await gateway.start()
    onTestFinished(() => gateway.stop())
    const { status, stdout } = train([], { PUSHGATEWAY_URL: url })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^iris: accuracy 0\.956, trained in \d\.\d\d s\nPushed to /)
    // The second run replaces what the first one left.
    expect(train(['iris'], { PUSHGATEWAY_URL: url }).status).toBe(0)
    const exposed = await fetch(`${url}/metrics`).then((response) => response.text())
    const kept = exposed.split('\n').filter((line) => line.startsWith('model_training'))
    expect(kept.filter((line) => line.startsWith('model_training_accuracy'))).toEqual([
      'model_training_accuracy{instance="",job="training",model_name="churn-v1"} 0.908',
      'model_training_accuracy{instance="",job="training",model_name="churn-v2"} 0.952',
      expect.stringMatching(/^model_training_accuracy\{instance="",job="training",model_name="iris"\} 0\.9555+6?$/),
    ])
    expect(kept.filter((line) => line.startsWith('model_training_duration_seconds'))).toHaveLength(3)
    expect(kept.filter((line) => line.startsWith('model_training_last_success_timestamp_seconds'))).toHaveLength(3)
  })
})
