/** The stack with stand-ins that keep what they take, and traffic: what an end-to-end test begins with, quiet and scraped. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { openPrometheus, type Prometheus } from '../../src/stack/prometheus-api.ts'
import { type Message, openReceivers } from '../../src/stack/receivers.ts'
import { type Stack, startStack } from '../../src/stack/stack.ts'
import { startTraffic, type Traffic } from '../../src/traffic/traffic.ts'

/** 1 h is 6 s, 6 h are 36 s, 3 d are 7 min; what is shorter than 50 min is 5 s. */
const SPEED = 600

export interface Site {
  readonly stack: Stack
  readonly traffic: Traffic
  readonly prometheus: Prometheus
  /** All that Slack, PagerDuty and the mail server took, in order. */
  readonly messages: readonly Message[]
  /** What programs had to say that ended by themselves. */
  readonly deaths: readonly string[]
  get(path: string): Promise<unknown>
  close(): Promise<void>
}

export async function openSite(): Promise<Site> {
  const messages: Message[] = []
  const deaths: string[] = []
  const endings: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of endings.reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-e2e-'))
    endings.push(() => rm(folder, { recursive: true, force: true }))
    const receivers = await openReceivers(null, (message) => messages.push(message))
    endings.push(receivers.close)
    const say = (sentence: string) => deaths.push(sentence)
    const stack = await startStack({ folder, speed: SPEED, ports: 'free', receivers, env: process.env, say })
    endings.push(stack.stop)
    const { modelServer, mlApi, prometheus: prometheusUrl, router } = stack.running.urls
    const traffic = startTraffic({ modelServer, mlApi, feedback: 1 })
    endings.push(traffic.stop)
    const prometheus = openPrometheus(prometheusUrl)
    const get = async (path: string) => {
      const authorization = `Bearer ${stack.running.tokens.read}`
      const response = await fetch(`${router}/api/v1/${path}`, { headers: { authorization } })
      if (!response.ok) throw new Error(`GET ${path} was answered ${response.status}: ${await response.text()}`)
      return response.json()
    }
    await becomesQuiet(prometheus)
    return { stack, traffic, prometheus, messages, deaths, get, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** All targets are up, and only what fires with any traffic, and always, does. */
async function becomesQuiet(prometheus: Prometheus): Promise<void> {
  await vi.waitFor(
    async () => {
      const up = await prometheus.query('sum(up)')
      expect(up.samples[0]?.value).toBe(7)
      // How busy the machine is that runs the tests is not ours to say.
      const alerts = (await prometheus.alerts()).filter(({ labels }) => labels.service !== 'node-exporter')
      const firing = new Set(alerts.map(({ labels }) => labels.alertname))
      expect([...firing].sort()).toEqual(['DemoHighRequestRate', 'Watchdog'])
    },
    { timeout: 100_000, interval: 500 },
  )
}
