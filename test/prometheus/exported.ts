/** What each job exports: asked of the programs themselves, as Prometheus asks them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { createMetrics } from '../../src/metrics.ts'
import type { ServerName } from '../../src/model-server/fault/faults.ts'
import { pushResults } from '../../src/model-server/training/push.ts'
import { freePorts } from '../../src/stack/ports.ts'
import { program } from '../../src/stack/program.ts'
import { startModelServer } from '../model-server/rig.ts'
import { type Sample, samplesOf } from '../model-server/samples.ts'
import { sendTraffic } from '../model-server/traffic.ts'

/** The series of one metric, as far as some were seen, and the labels that they have. */
export interface Exported {
  readonly labels: ReadonlySet<string>
  readonly series: readonly Sample['labels'][]
}

/** By name. */
export type Metrics = ReadonlyMap<string, Exported>

/** Drift is told of from 100 inputs to each of two models. */
const MANY = 300

/** As Prometheus has it. */
const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'

/** Traffic with labels and errors: every metric then has series. Ends with the test. */
export async function exportedByModelServer(server: ServerName): Promise<Metrics> {
  const started = startModelServer(server)
  await sendTraffic(server, started, MANY)
  await started.ask('POST', '/control/errors', { amount: 1 })
  await sendTraffic(server, started, 10)
  return metricsOf(await started.scrape(accept))
}

/** From the declarations: label names are fixed there, and series come only with events. */
export async function exportedByRouter(): Promise<Metrics> {
  const declared = await createMetrics('1.2.3').registry.getMetricsAsArray()
  return new Map(
    declared.flatMap((metric) => {
      const { name, type, labelNames = [] } = metric as unknown as { name: string; type: string; labelNames?: string[] }
      const names = type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name]
      return names.map((one) => {
        return [one, { labels: new Set([...labelNames, ...(one.endsWith('_bucket') ? ['le'] : [])]), series: [] }]
      })
    }),
  )
}

interface Binaries {
  readonly prometheus: string
  readonly alertmanager: string
  readonly nodeExporter: string
  readonly pushgateway: string
}

/**
 * Starts each of them, Prometheus with Alertmanager to send to, pushes a training result, and ends them again. By job: what
 * was pushed keeps its own (honor_labels).
 */
export async function exportedByComponents(binaries: Binaries): Promise<ReadonlyMap<string, Metrics>> {
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-exported-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [prometheus, alertmanager, nodeExporter, pushgateway] = (await freePorts(4)).map((port) => `127.0.0.1:${port}`)
  await writeFile(join(folder, 'alertmanager.yml'), 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  await writeFile(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [{ job_name: 'prometheus', scrape_interval: '1s', static_configs: [{ targets: [prometheus] }] }],
    }),
  )
  const start = async (name: string, binary: string, address: string | undefined, args: readonly string[]) => {
    const readyUrl = `http://${address}/${name === 'node-exporter' ? 'metrics' : '-/ready'}`
    const started = program({ name, binary, args, env: {}, log: join(folder, `${name}.log`), readyUrl })
    onTestFinished(() => started.stop())
    await started.start()
    return `http://${address}/metrics`
  }
  const urls = await Promise.all([
    start('prometheus', binaries.prometheus, prometheus, [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/prometheus`,
      `--web.listen-address=${prometheus}`,
    ]),
    start('alertmanager', binaries.alertmanager, alertmanager, [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/alertmanager`,
      `--web.listen-address=${alertmanager}`,
      '--cluster.listen-address=',
    ]),
    start('node-exporter', binaries.nodeExporter, nodeExporter, [`--web.listen-address=${nodeExporter}`]),
    start('pushgateway', binaries.pushgateway, pushgateway, [`--web.listen-address=${pushgateway}`]),
  ])
  await pushResults([{ model: 'iris', accuracy: 0.9, durationSeconds: 1, finishedAt: 0 }], `http://${pushgateway}`)
  // Some 5 s after its start Prometheus has found its targets and its Alertmanager, and counts what comes and goes.
  await vi.waitFor(async () => {
    const text = await textAt(urls[0])
    for (const name of ['notifications_sent_total', 'tsdb_head_samples_appended_total']) {
      expect(text).toContain(`\nprometheus_${name}{`)
    }
  }, 20_000)
  const jobs = ['prometheus', 'alertmanager', 'node-exporter', 'pushgateway']
  const scraped = await Promise.all(urls.map(async (url) => samplesOf(await textAt(url))))
  const all = scraped.flatMap((samples, n) =>
    samples.map((sample) => ({ sample, job: sample.labels.job ?? jobs[n] ?? '' })),
  )
  const byJob = Map.groupBy(all, ({ job }) => job)
  return new Map([...byJob].map(([job, some]) => [job, metricsOf(some.map(({ sample }) => sample))]))
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url)).text()
}

function metricsOf(samples: readonly Sample[]): Metrics {
  return new Map(
    [...Map.groupBy(samples, ({ name }) => name)].map(([name, some]) => {
      const series = some.map(({ labels }) => labels)
      return [name, { labels: new Set(series.flatMap((labels) => Object.keys(labels))), series }]
    }),
  )
}
