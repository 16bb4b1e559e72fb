/** The invented host is in the real Pushgateway as a host would be in a scrape, and gone afterwards. */
import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { drillHost } from '../../src/trigger/drill-host.ts'
import { describeWith } from '../components.ts'
import { samplesOf } from '../model-server/samples.ts'
import { scene } from './scene.ts'

const waiting = { timeout: 15_000, interval: 100 }

async function startPushgateway(binary: string): Promise<string> {
  const port = await freePort()
  const child = spawn(binary, [`--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], { stdio: 'ignore' })
  onTestFinished(() => new Promise<void>((gone) => child.once('exit', () => gone()).kill('SIGKILL')))
  const url = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(isReady, waiting).toBe(true)
  return url
}

describeWith('pushgateway', 'an invented host', (binary = '') => {
  it('has the labels of a real one, one trouble apart from the other, and is deleted', async () => {
    const url = await startPushgateway(binary)
    const set = scene({ urls: { pushgateway: url } })
    const host = async () => {
      const samples = samplesOf(await (await fetch(`${url}/metrics`)).text())
      return samples.filter(({ name }) => name.startsWith('node_'))
    }
    const value = async (name: string) => (await host()).find((sample) => sample.name === name)?.value ?? Number.NaN
    const undoDisk = await drillHost('disk').begin(set)
    const undoMemory = await drillHost('memory').begin(set)
    const undoCpu = await drillHost('cpu').begin(set)
    expect(set.said[0]).toMatch(/"drill-host" does not exist/)
    for (const { labels } of await host()) {
      expect(labels).toMatchObject({ job: 'node-exporter', service: 'node-exporter', instance: 'drill-host' })
    }
    expect((await value('node_filesystem_avail_bytes')) / (await value('node_filesystem_size_bytes'))).toBeLessThan(
      0.15,
    )
    expect((await value('node_memory_MemAvailable_bytes')) / (await value('node_memory_MemTotal_bytes'))).toBeLessThan(
      0.15,
    )
    await expect.poll(() => value('node_cpu_seconds_total'), waiting).toBeGreaterThan(0.05)
    await undoDisk()
    expect(new Set((await host()).map(({ name }) => name.split('_')[1]))).toEqual(new Set(['memory', 'cpu']))
    await Promise.all([undoMemory(), undoCpu()])
    expect(await host()).toEqual([])
  })
})
