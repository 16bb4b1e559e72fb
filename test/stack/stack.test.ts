/** The whole stack for real: it comes up, everything is scraped, an alert goes all the way, and nothing is left. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it, vi } from 'vitest'
import { MissingProgramsError } from '../../src/stack/components.ts'
import { type Message, openReceivers, type StandIns } from '../../src/stack/receivers.ts'
import { type Stack, startStack } from '../../src/stack/stack.ts'
import { describeWith } from '../components.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const programs = ['prometheus', 'prometheus-alertmanager', 'node-exporter', 'pushgateway'] as const

describeWith(programs, 'the whole stack', (prometheus, alertmanager, nodeExporter, pushgateway) => {
  const said: string[] = []
  const messages: Message[] = []
  let folder: string
  let receivers: StandIns
  let stack: Stack
  const settings = () => ({
    folder,
    speed: 300,
    ports: 'free' as const,
    receivers,
    env: {
      PROMETHEUS_BIN: prometheus,
      ALERTMANAGER_BIN: alertmanager,
      NODE_EXPORTER_BIN: nodeExporter,
      PUSHGATEWAY_BIN: pushgateway,
    },
    say: (sentence: string) => said.push(sentence),
  })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
    receivers = await openReceivers(null, (message) => messages.push(message))
    stack = await startStack(settings())
    return async () => {
      await stack.stop()
      await receivers.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  async function ask(url: string, token: string | null = null): Promise<{ status: number; body: string }> {
    const response = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } })
    return { status: response.status, body: await response.text() }
  }

  it('is scraped as a whole within 30 s', async () => {
    const { urls } = stack.running
    const health = async () => {
      const { body } = await ask(`${urls.prometheus}/api/v1/targets`)
      const { activeTargets } = JSON.parse(body).data
      return activeTargets.map(({ labels, health }: Target) => `${labels.service} ${health}`).sort()
    }
    await expect
      .poll(health, { timeout: 30_000, interval: 250 })
      .toEqual([
        ...['alert-router up', 'alertmanager up', 'ml-api up', 'model-server up'],
        ...['node-exporter up', 'prometheus up', 'pushgateway up'],
      ])
    const { body } = await ask(`${urls.prometheus}/api/v1/query?query=model_training_accuracy`)
    const models = JSON.parse(body).data.result.map(({ metric }: Sample) => `${metric.job} ${metric.model_name}`)
    expect(models.sort()).toEqual(['training churn-v1', 'training churn-v2', 'training iris'])
  }, 35_000)

  it('sends the Watchdog to the router, which wants its tokens', async () => {
    const { urls, tokens } = stack.running
    const heartbeats = `${urls.router}/api/v1/heartbeats`
    const lastBeat = async () => JSON.parse((await ask(heartbeats, tokens.read)).body).heartbeats[0].lastBeatAt
    await expect.poll(lastBeat, { timeout: 20_000, interval: 250 }).not.toBeNull()
    const { body } = await ask(
      `${urls.router}/api/v1/alerts?filter=${encodeURIComponent('alertname="Watchdog"')}`,
      tokens.read,
    )
    expect(body).toContain('"cluster":"local"')
    expect((await ask(heartbeats)).status).toBe(401)
  }, 25_000)

  it('serves the runbooks', async () => {
    const { status, body } = await ask(`${stack.running.urls.prometheus}/user/Watchdog.md`)
    expect(status).toBe(200)
    expect(body).toContain('Watchdog')
  })

  it('stops and starts a program, and tells when one dies', async () => {
    const { pushgateway } = stack.programs
    const before = stack.running.pids.pushgateway
    await pushgateway.stop()
    expect(stack.running.pids.pushgateway).toBeUndefined()
    expect(said).toEqual([])
    await pushgateway.start()
    const after = stack.running.pids.pushgateway ?? 0
    expect(after).not.toBe(before)
    process.kill(after, 'SIGKILL')
    await vi.waitFor(() => expect(said).toEqual([expect.stringMatching(/^pushgateway ended by itself \(SIGKILL\)/)]))
  })

  it('leaves no process', async () => {
    const pids = Object.values(stack.running.pids)
    expect(pids.length).toBeGreaterThan(5)
    await stack.stop()
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
    expect(stack.running.pids).toEqual({})
    expect(await readdir(join(folder, 'logs'))).toHaveLength(7)
  }, 30_000)

  it('keeps its data in the folder, and wants no folder of somebody else', async () => {
    expect((await readdir(folder)).sort()).toEqual(['configuration', 'data', 'logs'])
    expect((await readdir(join(folder, 'data'))).sort()).toEqual(
      expect.arrayContaining(['alert-router.db', 'prometheus']),
    )
    await expect(startStack({ ...settings(), folder: repository })).rejects.toThrow(/holds other things/)
  })

  it('leaves no process when one cannot start, and says why', async () => {
    const broken = {
      ...settings(),
      folder: join(folder, 'data', 'other'),
      env: { ...settings().env, PROMETHEUS_BIN: '/bin/false' },
    }
    await expect(startStack(broken)).rejects.toThrow(/^prometheus did not start: it ended \(status 1\)/)
    expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain(broken.folder)
  }, 30_000)
})

it('names all that is not installed', async () => {
  const receivers = await openReceivers(null, () => {})
  const started = startStack({
    folder: '/nonexistent',
    speed: 1,
    ports: 'free',
    receivers,
    env: { PATH: '' },
    say: () => {},
  })
  await expect(started).rejects.toThrow(MissingProgramsError)
  await expect(started).rejects.toThrow(/apt-get install .*prometheus prometheus-alertmanager prometheus-node-exporter/)
  await receivers.close()
})

interface Target {
  readonly labels: { readonly service: string }
  readonly health: string
}

interface Sample {
  readonly metric: { readonly job: string; readonly model_name: string }
}
