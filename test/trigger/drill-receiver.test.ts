/** The fire drill through the real Alertmanager and the real router: what the destination answers becomes the router's trouble, and all of it ends. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { freePorts } from '../../src/stack/ports.ts'
import { program } from '../../src/stack/program.ts'
import { startStandIn } from '../../src/stand-in/stand-in.ts'
import { failingReceiver, refusingReceiver } from '../../src/trigger/drill-receiver.ts'
import { missedWatchdog } from '../../src/trigger/missed-watchdog.ts'
import { describeWith } from '../components.ts'
import { samplesOf, sumOf } from '../model-server/samples.ts'
import { scene } from './scene.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const waiting = { timeout: 20_000, interval: 100 }

const teams = {
  default: { team: 'default', receivers: [{ name: 'nobody' }], route: { receiver: 'nobody' } },
  drill: {
    team: 'drill',
    receivers: [{ name: 'target', webhook_configs: [{ url: 'env:DRILL_URL' }] }],
    route: { receiver: 'target', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
  },
}

/** Both, connected. They end with the test. */
async function site(alertmanager: string) {
  const folder = await mkdtemp(join(tmpdir(), 'drill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [routerPort, alertmanagerPort, drillPort] = await freePorts(3)
  const urls = {
    router: `http://127.0.0.1:${routerPort}`,
    alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
    drill: `http://127.0.0.1:${drillPort}`,
  }
  await mkdir(join(folder, 'teams'))
  for (const [name, document] of Object.entries(teams)) {
    await writeFile(join(folder, `teams/${name}.yml`), JSON.stringify(document))
  }
  const webhook = { url: `${urls.router}/api/v1/webhooks/alertmanager`, send_resolved: true }
  const config = {
    route: { receiver: 'router', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
    receivers: [{ name: 'router', webhook_configs: [webhook] }],
  }
  await writeFile(join(folder, 'alertmanager.yml'), JSON.stringify(config))
  const programs = [
    program({
      ...{ name: 'router', binary: process.execPath, args: [MAIN], readyUrl: `${urls.router}/readyz` },
      env: {
        ...{ PORT: String(routerPort), DATABASE_URL: `file:${folder}/router.db`, BALLAST: '0' },
        ...{ TEAMS_DIR: join(folder, 'teams'), DRILL_URL: urls.drill, ALLOW_DESTINATIONS: `127.0.0.1:${drillPort}` },
      },
      log: join(folder, 'router.log'),
    }),
    program({
      ...{ name: 'alertmanager', binary: alertmanager, env: {}, log: join(folder, 'alertmanager.log') },
      args: [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        '--cluster.listen-address=',
      ],
      readyUrl: `${urls.alertmanager}/-/ready`,
    }),
  ]
  for (const one of programs) {
    onTestFinished(() => one.stop())
    await one.start()
  }
  const metric = async (name: string) => {
    const text = await (await fetch(`${urls.router}/metrics`)).text()
    return sumOf(samplesOf(text), `alertrouter_${name}`, name.startsWith('circuit') ? { team: 'drill' } : {}) ?? 0
  }
  const get = async (path: string) => (await fetch(urls.router + path)).json()
  return { urls, metric, get, set: scene({ urls }) }
}

describeWith('prometheus-alertmanager', 'the fire drill', (alertmanager = '') => {
  it('opens the circuit of a destination that fails, and closes it', async () => {
    const { metric, get, set } = await site(alertmanager)
    const undo = await failingReceiver.begin(set)
    await expect.poll(() => metric('circuit_state'), waiting).toBeGreaterThan(0)
    expect(await metric('notification_oldest_pending_age_seconds')).toBeGreaterThan(0)
    await undo()
    expect(await metric('circuit_state')).toBe(0)
    expect(await get('/api/v1/alerts')).toMatchObject({ alerts: [{ status: 'resolved', labels: { team: 'drill' } }] })
    expect(await get('/api/v1/destinations')).toMatchObject({ destinations: [{ pending: 0 }] })
    expect(set.said).toEqual([])
  })

  it('makes a dead letter of a destination that refuses, and tells it afterwards', async () => {
    const { metric, get, set } = await site(alertmanager)
    const undo = await refusingReceiver.begin(set)
    await expect.poll(() => metric('dead_letters'), waiting).toBe(1)
    await undo()
    expect(await metric('dead_letters')).toBe(0)
    const { alerts } = (await get('/api/v1/alerts?source=default')) as { alerts: { id: number }[] }
    const explained = (await get(`/api/v1/alerts/${alerts[0]?.id}`)) as { timeline: Record<string, unknown>[] }
    const told = explained.timeline.filter(({ what }) => what === 'notification')
    expect(told.map(({ as, state }) => `${as} ${state}`)).toEqual([
      'firing dead',
      'firing delivered',
      'resolved delivered',
    ])
  })

  it('leaves no alert behind when it is interrupted before the router told', async () => {
    const { urls, set } = await site(alertmanager)
    const interrupted = new AbortController()
    const begun = failingReceiver.begin({ ...set, signal: interrupted.signal })
    begun.catch(() => {})
    const alerts = async () => (await (await fetch(`${urls.alertmanager}/api/v2/alerts`)).json()) as unknown[]
    await expect.poll(alerts, { timeout: 10_000, interval: 5 }).toHaveLength(1)
    interrupted.abort()
    await expect(begun).rejects.toThrow(/abort/)
    expect(await alerts()).toEqual([])
  })

  it('says so when its port is taken, and leaves no alert behind', async () => {
    const { urls, get, set } = await site(alertmanager)
    const other = await startStandIn((_received, response) => response.end(), Number(new URL(urls.drill).port))
    onTestFinished(() => other.close())
    await expect(failingReceiver.begin(set)).rejects.toThrow(/is taken: does another trigger run\?/)
    expect(await get('/api/v1/alerts')).toMatchObject({ alerts: [] })
  })

  it('keeps the Watchdog back, for as long as it lasts', async () => {
    const { urls, set } = await site(alertmanager)
    const silences = async () => {
      const all = (await (await fetch(`${urls.alertmanager}/api/v2/silences`)).json()) as {
        status: { state: string }
      }[]
      return all.map(({ status }) => status.state)
    }
    const undo = await missedWatchdog.begin(set)
    expect(await silences()).toEqual(['active'])
    await undo()
    expect(await silences()).toEqual(['expired'])
  })
})
