/** The report from a real Prometheus with the shipped rules, over the real model servers. */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readHealth } from '../../src/health-report/health.ts'
import { questionsFor } from '../../src/health-report/questions.ts'
import { freePort } from '../../src/stack/ports.ts'
import { openPrometheus, type Prometheus } from '../../src/stack/prometheus-api.ts'
import { startTraffic } from '../../src/traffic/traffic.ts'
import { describeWith } from '../components.ts'
import { startModelServer } from '../model-server/rig.ts'

const waiting = { timeout: 25_000, interval: 200 }

/** Scrapes the targets each second; nothing sends its alerts on. Ends with the test. */
async function startPrometheus(binary: string, targets: Readonly<Record<string, string>>): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'health-report-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await cp('prometheus/rules', join(folder, 'rules'), { recursive: true })
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules/*.yml'],
    scrape_configs: Object.entries(targets).map(([service, address]) => {
      return { job_name: service, static_configs: [{ targets: [address], labels: { service } }] }
    }),
  }
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const port = await freePort()
  const child = spawn(
    binary,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  onTestFinished(() => new Promise<void>((gone) => child.once('exit', () => gone()).kill('SIGKILL')))
  return openPrometheus(`http://127.0.0.1:${port}`)
}

describeWith('prometheus', 'a real Prometheus', (binary = '') => {
  it('understands every question, says what it knows, and nothing of what it does not', async () => {
    const [iris, churn] = [startModelServer('iris'), startModelServer('churn')]
    const [irisUrl = '', churnUrl = ''] = await Promise.all(
      [iris, churn].map(({ app }) => app.listen({ host: '127.0.0.1', port: 0 })),
    )
    const address = (url: string) => new URL(url).host
    const prometheus = await startPrometheus(binary, { 'model-server': address(irisUrl), 'ml-api': address(churnUrl) })
    await expect
      .poll(
        () =>
          prometheus.query('up').then(
            ({ samples }) => samples.length,
            () => 0,
          ),
        waiting,
      )
      .toBe(2)

    // Nobody has asked anything: rates are 0, shares and latencies are of nothing.
    const idle = await readHealth(prometheus, '5m')
    expect(idle.models.map(({ model }) => model)).toEqual(['iris', 'churn-v1', 'churn-v2'])
    for (const { errors, latency, accuracy, drift } of idle.models) {
      expect({ errors, latency, accuracy, drift }).toEqual({
        ...{ errors: null, accuracy: null, drift: null },
        latency: { p50: null, p95: null, p99: null },
      })
    }

    const traffic = startTraffic({ modelServer: irisUrl, mlApi: churnUrl, rate: 60, feedback: 1 })
    onTestFinished(() => traffic.stop())
    await expect
      .poll(async () => (await readHealth(prometheus, '5m')).models.map(({ drift }) => drift !== null), waiting)
      .toEqual([true, true, true])
    await expect.poll(async () => (await readHealth(prometheus, '5m')).watchdog, waiting).toBe(true)
    const busy = await readHealth(prometheus, '5m')
    for (const service of busy.services) {
      expect(service).toMatchObject({ up: true, rate: expect.any(Number), errors: 0 })
      expect(service.latency.p99).toBeGreaterThan(0)
    }
    for (const model of busy.models) {
      expect(model).toMatchObject({ status: 'healthy', errors: 0 })
      expect(model.accuracy).toBeGreaterThan(0.8)
      const { low, medium, high } = model.confidence
      expect((low ?? 0) + (medium ?? 0) + (high ?? 0)).toBeCloseTo(1)
    }
    expect(busy.models.map(({ confidence }) => confidence.mean === null)).toEqual([false, true, true])
    expect(busy.objectives).toHaveLength(8)
    const availability = busy.objectives.filter(({ slo }) => slo === 'availability')
    for (const { objective, measured1h } of availability)
      expect({ objective, measured1h }).toEqual({ objective: 0.999, measured1h: 1 })

    for (const [question, expression] of Object.entries(questionsFor('5m'))) {
      const { samples, warnings } = await prometheus.query(expression)
      expect(warnings, question).toEqual([])
      // 3 d are evaluated once a minute.
      if (question !== 'burn3d') expect(samples.length, question).toBeGreaterThan(0)
    }
  })
})
