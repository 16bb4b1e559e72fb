/** The faults that weigh on the machine, for real: processor, memory, connections. */
import { describe, expect, it, vi } from 'vitest'
import { startModelServer } from './rig.ts'
import { samplesOf, sumOf } from './samples.ts'

const patience = { timeout: 20_000, interval: 50 }
const MIB = 1024 ** 2

describe('cpu', () => {
  /** Processor time, in µs, of all threads but this one. */
  const ofOthers = () => {
    const [all, own] = [process.cpuUsage(), process.threadCpuUsage()]
    return all.user + all.system - own.user - own.system
  }

  it('keeps processors busy while the server answers, until it is cleared', async () => {
    const { ask, scrape } = startModelServer('churn')
    await scrape()
    const began = { at: performance.now(), others: ofOthers() }
    await ask('POST', '/control/cpu', { amount: 0.01, seconds: 30 })
    await vi.waitFor(() => expect(ofOthers() - began.others).toBeGreaterThan(300_000), patience)
    const percent = sumOf(await scrape(), 'app_cpu_usage_percent')
    expect(percent).toBeGreaterThan((100 * 300) / (performance.now() - began.at))
    await ask('DELETE', '/control/cpu')
    let before = ofOthers()
    const idle = () => {
      const grown = ofOthers() - before
      before += grown
      expect(grown).toBeLessThan(10_000)
    }
    await vi.waitFor(idle, patience)
  })
})

describe('memory', () => {
  const usage = (text: string) => {
    const samples = samplesOf(text)
    return (sumOf(samples, 'process_resident_memory_bytes') ?? 0) / (sumOf(samples, 'process_memory_limit_bytes') ?? 0)
  }

  it('fills up to a share of the limit and gives it back when it is cleared', async () => {
    const memoryLimit = process.memoryUsage.rss() + 250 * MIB
    const { app, ask } = startModelServer('churn', { memoryLimit })
    const used = async () => usage((await app.inject('/metrics')).body)
    expect(await used()).toBeLessThan(0.9)
    expect((await ask('POST', '/control/memory', { amount: 0.93, seconds: 60 })).status).toBe(200)
    await vi.waitFor(async () => expect(await used()).toBeGreaterThan(0.9), patience)
    expect(await used()).toBeLessThan(1)
    await ask('DELETE', '/control/memory')
    await vi.waitFor(async () => expect(await used()).toBeLessThan(0.8), patience)
  })

  it('is refused where it would need more than 1 GiB', async () => {
    const { ask } = startModelServer('churn', { memoryLimit: 64 * 1024 * MIB })
    expect(await ask('POST', '/control/memory', {})).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^0\.93 of the limit \(64\.0 GiB\).* MEMORY_LIMIT/), type: 'out_of_range' },
    })
    const { body } = await ask('GET', '/control')
    expect(body.faults.every(({ active }: { active: unknown }) => active === null)).toBe(true)
  })
})

describe('silence', () => {
  it('cuts every connection but those that control it', async () => {
    const { app } = startModelServer('iris')
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const control = (method: string) => fetch(`${address}/control/silence`, { method })
    expect((await control('POST')).status).toBe(200)
    for (const path of ['/metrics', '/health', '/nowhere', '/controlled']) {
      await expect(fetch(address + path)).rejects.toThrow('fetch failed')
    }
    expect((await fetch(`${address}/control`)).status).toBe(200)
    expect((await control('DELETE')).status).toBe(200)
    const samples = samplesOf(await (await fetch(`${address}/metrics`)).text())
    expect(sumOf(samples, 'http_requests_total', { endpoint: '/metrics' })).toBeUndefined()
  })
})
