/** prometheus.yml as shipped: promtool takes it, and it says of each target what the rules and team documents go by. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeWith } from '../components.ts'

interface Job {
  readonly job_name: string
  readonly scrape_interval?: string
  readonly honor_labels?: boolean
  readonly authorization?: { readonly credentials_file: string }
  readonly static_configs: readonly { readonly targets: readonly string[]; readonly labels: Record<string, string> }[]
}

interface Config {
  readonly global: Record<string, unknown>
  readonly rule_files: readonly string[]
  readonly alerting: { readonly alertmanagers: readonly Pick<Job, 'static_configs'>[] }
  readonly scrape_configs: readonly Job[]
}

const text = readFileSync('prometheus/prometheus.yml', 'utf8')
const config = parse(text) as Config

it.each([
  ['model-server', 'model-server:8000'],
  ['ml-api', 'ml-api:5000'],
  ['alert-router', 'router:8080'],
  ['prometheus', 'localhost:9090'],
  ['alertmanager', 'alertmanager:9093'],
  ['node-exporter', 'node-exporter:9100'],
  ['pushgateway', 'pushgateway:9091'],
])('scrapes %s at %s, and calls it the service of that name', (job, target) => {
  const found = config.scrape_configs.filter(({ job_name }) => job_name === job)
  expect(found.flatMap(({ static_configs }) => static_configs)).toEqual([
    { targets: [target], labels: { service: job } },
  ])
})

it('asks the model servers every 5 s, the router with its token, and lets pushed labels stand', () => {
  const jobs = new Map(config.scrape_configs.map((job) => [job.job_name, job]))
  expect(jobs.size).toBe(7)
  expect([jobs.get('model-server')?.scrape_interval, jobs.get('ml-api')?.scrape_interval]).toEqual(['5s', '5s'])
  expect(jobs.get('alert-router')?.authorization).toEqual({ credentials_file: '/run/secrets/read-token' })
  expect(config.scrape_configs.filter((job) => job.honor_labels).map((job) => job.job_name)).toEqual(['pushgateway'])
})

it('says where its alerts come from, and sends them to Alertmanager', () => {
  expect(config.global.external_labels).toEqual({ cluster: 'local', environment: 'demo' })
  expect(config.rule_files).toEqual(['/etc/prometheus/rules/*.yml'])
  expect(config.alerting.alertmanagers).toEqual([{ static_configs: [{ targets: ['alertmanager:9093'] }] }])
})

describeWith('promtool', 'promtool', (promtool = '') => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-config-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('takes the configuration, every rule file, and where the token is', () => {
    cpSync('prometheus/rules', join(folder, 'rules'), { recursive: true })
    writeFileSync(join(folder, 'read-token'), 'a-token-for-reading')
    const here = text.replaceAll('/run/secrets', folder).replaceAll('/etc/prometheus', folder)
    writeFileSync(join(folder, 'prometheus.yml'), here)
    const output = execFileSync(promtool, ['check', 'config', join(folder, 'prometheus.yml')], { encoding: 'utf8' })
    expect(output).toContain('is valid prometheus config file syntax')
    expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(readdirSync('prometheus/rules').length)
  })
})
