/** The shipped configuration, adapted: what changes at speed 1 and above, and nothing else. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { alertmanagerConfig } from '../../src/stack/alertmanager-config.ts'
import { writeConfiguration } from '../../src/stack/configuration.ts'
import { usualPorts } from '../../src/stack/ports.ts'
import { prometheusConfig } from '../../src/stack/prometheus-config.ts'
import { openReceivers } from '../../src/stack/receivers.ts'
import { secretNames, teamDocument } from '../../src/stack/team-documents.ts'
import { parseTeamDocument } from '../../src/team/document.ts'
import { describeWith } from '../components.ts'

const nowhere = { addresses: {}, folders: {} }
const repository = fileURLToPath(new URL('../../', import.meta.url))

const prometheus = `
  global: { scrape_interval: 15s, scrape_timeout: 10s, evaluation_interval: 5s, external_labels: { cluster: local } }
  scrape_configs:
    - { job_name: a, scrape_interval: 5s, scrape_timeout: 4s, honor_labels: true }
    - { job_name: b }`

it('leaves the times of Prometheus at speed 1, and asks every second above', () => {
  expect(parse(prometheusConfig(prometheus, nowhere, 1))).toEqual(parse(prometheus))
  expect(parse(prometheusConfig(prometheus, nowhere, 2))).toEqual({
    global: { scrape_interval: '1s', evaluation_interval: '1s', external_labels: { cluster: 'local' } },
    scrape_configs: [{ job_name: 'a', honor_labels: true }, { job_name: 'b' }],
  })
})

const alertmanager = `
  route:
    receiver: r
    group_wait: 30s
    repeat_interval: 4h
    routes:
      - { matchers: ['alertname="Watchdog"'], receiver: r, group_interval: 1m, repeat_interval: 1m }
      - { matchers: ['a="b"'], receiver: r, repeat_interval: 1h }
  receivers: [{ name: r }]`

it.each([
  [30, '2s'],
  [300, '1s'],
])('lets Alertmanager wait for nothing at speed %d, and repeats the Watchdog every %s', (speed, repeat) => {
  expect(parse(alertmanagerConfig(alertmanager, nowhere, 1))).toEqual(parse(alertmanager))
  const atOnce = { group_wait: '0s', group_interval: '1s' }
  expect(parse(alertmanagerConfig(alertmanager, nowhere, speed))).toEqual({
    route: {
      receiver: 'r',
      repeat_interval: '4h',
      ...atOnce,
      routes: [
        { matchers: ['alertname="Watchdog"'], receiver: 'r', ...atOnce, repeat_interval: repeat },
        { matchers: ['a="b"'], receiver: 'r', ...atOnce, repeat_interval: '1h' },
      ],
    },
    receivers: [{ name: 'r' }],
  })
})

const team = `
  team: a
  receivers:
    - { name: oncall, pagerduty_configs: [{ routing_key: 'file:pagerduty-key' }] }
    - { name: chat, slack_configs: [{ api_url: 'file:slack-url' }, { api_url: 'file:slack-url' }] }
  heartbeats: [{ matchers: ['alertname="Watchdog"'], every: 2h, receiver: chat }]
  route:
    receiver: chat
    repeat_interval: 12h
    routes:
      - { receiver: oncall, group_wait: 1m }
      - { receiver: chat }`

it('sends incidents to the PagerDuty that is played, and shortens what groups and heartbeats wait for', () => {
  const url = 'https://127.0.0.1:9/v2/enqueue'
  const usual = parse(team)
  usual.receivers[0].pagerduty_configs[0].url = url
  expect(parse(teamDocument(team, url, 1))).toEqual(usual)
  expect(parse(teamDocument(team, url, 300))).toEqual({
    ...usual,
    heartbeats: [{ ...usual.heartbeats[0], every: '24s' }],
    route: {
      receiver: 'chat',
      repeat_interval: '12h',
      group_wait: '0s',
      group_interval: '1s',
      routes: [{ receiver: 'oncall', group_wait: '0s' }, { receiver: 'chat' }],
    },
  })
  expect(secretNames(team)).toEqual(['pagerduty-key', 'slack-url'])
})

it.each([1, 300])('gives the router documents that it takes, at speed %d', async (speed) => {
  for (const name of await readdir(`${repository}teams`)) {
    const text = await readFile(`${repository}teams/${name}`, 'utf8')
    const document = parseTeamDocument(teamDocument(text, 'https://127.0.0.1:9/v2/enqueue', speed), name)
    expect(document, name).toMatchObject({ ok: true })
  }
})

describeWith(['promtool', 'amtool'], 'promtool and amtool', (promtool, amtool) => {
  it.each([1, 300])('take the configuration as it is written for speed %d', async (speed) => {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const receivers = await openReceivers(null, () => {})
    onTestFinished(receivers.close)
    const written = await writeConfiguration(folder, usualPorts, receivers, speed)
    for (const [tool, args] of [
      [promtool, ['check', 'config', written.prometheus]],
      [amtool, ['check-config', written.alertmanager]],
    ] as const) {
      const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' })
      expect(stdout + stderr).toContain('SUCCESS')
      expect(status).toBe(0)
    }
    const { ingest, read, admin, control } = written.tokens
    expect(new Set([ingest, read, admin, control]).size).toBe(4)
    expect((await readdir(written.secrets)).sort()).toEqual([
      ...['admin-token', 'control-token', 'data-science', 'default', 'drill', 'ingest-token', 'ml-platform'],
      ...['platform', 'read-token'],
    ])
    expect(await readFile(join(written.secrets, 'drill', 'webhook-url'), 'utf8')).toBe('http://127.0.0.1:9099')
  })
})
