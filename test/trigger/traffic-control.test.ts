/** Traffic is held and let flow, whoever's it is. */
import { expect, it, onTestFinished } from 'vitest'
import { startTraffic } from '../../src/traffic/traffic.ts'
import { predictionsAnswered } from '../../src/trigger/predictions.ts'
import { openTraffic } from '../../src/trigger/traffic-control.ts'
import { startModelServer } from '../model-server/rig.ts'
import { running } from './scene.ts'

const waiting = { timeout: 20_000, interval: 50 }

async function servers() {
  const apps = [startModelServer('iris'), startModelServer('churn')].map(({ app }) => app)
  const [modelServer = '', mlApi = ''] = await Promise.all(
    apps.map((app) => app.listen({ host: '127.0.0.1', port: 0 })),
  )
  return { modelServer, mlApi }
}

function opened(of: Parameters<typeof running>[0], given: { pause(): void; resume(): void } | null = null) {
  const said: string[] = []
  const signal = new AbortController().signal
  return { said, ...openTraffic({ running: running(of), say: (text) => said.push(text), signal, given }) }
}

it('sends its own where there is none, holds it, and ends it', async () => {
  const urls = await servers()
  const { said, flow, hold, restore } = opened({ urls })
  await flow()
  expect(said).toEqual([expect.stringMatching(/No traffic: sending our own/)])
  await expect.poll(() => predictionsAnswered(running({ urls })), waiting).toBeGreaterThan(20)
  await hold()
  const held = await predictionsAnswered(running({ urls }))
  await flow()
  await expect.poll(() => predictionsAnswered(running({ urls })), waiting).toBeGreaterThan(held + 10)
  await restore()
  expect(said).toHaveLength(1)
})

it('asks for the end of traffic that it cannot hold, and waits for it', async () => {
  const urls = await servers()
  const foreign = startTraffic({ ...urls })
  onTestFinished(() => foreign.stop())
  const { said, flow, hold } = opened({ urls })
  await flow()
  expect(said).toEqual([])
  const holding = hold()
  await expect.poll(() => said, waiting).toEqual([expect.stringMatching(/not ours to stop: stop it now/)])
  await foreign.stop()
  await holding
})

it('touches the traffic of its caller only if it held it', async () => {
  const calls: string[] = []
  const { flow, hold, restore } = opened({}, { pause: () => calls.push('pause'), resume: () => calls.push('resume') })
  await flow()
  await restore()
  expect(calls).toEqual([])
  await hold()
  await restore()
  await restore()
  expect(calls).toEqual(['pause', 'resume'])
})
