/** A model server on a clock that stands still, asked without a network, and its metrics as numbers. */
import { onTestFinished } from 'vitest'
import { buildApp } from '../../src/model-server/app.ts'
import type { ServerName } from '../../src/model-server/fault/faults.ts'
import type { Model } from '../../src/model-server/model.ts'
import { trainModels } from '../../src/model-server/models.ts'
import { seededRandom } from '../../src/model-server/random.ts'
import { FakeClock } from '../harness/clock.ts'
import { type Sample, samplesOf } from './samples.ts'

export const setosa = { features: [5.1, 3.5, 1.4, 0.2] }

const trained = new Map<ServerName, Model[]>()

/** Trained once per test file: the models have no state. */
function modelsOf(server: ServerName): Model[] {
  const models = trained.get(server) ?? trainModels(server)
  trained.set(server, models)
  return models
}

export interface Asked {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: the answers are what the tests are about.
  readonly body: any
}

interface Controls {
  readonly token: string | null
  readonly controls: boolean
  readonly memoryLimit: number
  /** Changes what the trained models are. */
  readonly change: (model: Model) => Model
}

/** Ends with the test. Controls are on and take `token`, or this machine without one. */
export function startModelServer(
  server: ServerName,
  { token = null, controls = true, memoryLimit = 2 ** 40, change = (model) => model }: Partial<Controls> = {},
) {
  const clock = new FakeClock()
  let ids = 0
  const app = buildApp({
    settings: { server, faultControls: controls, controlToken: token, memoryLimit },
    models: modelsOf(server).map(change),
    clock,
    random: seededRandom(1),
    newId: () => `p-${++ids}`,
    version: '1.2.3',
    logger: false,
  })
  onTestFinished(() => app.close())
  /** `body` is sent as JSON, or as it is when it is text. */
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown): Promise<Asked> => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.inject({
      method,
      url,
      ...(body !== undefined && { payload, headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.statusCode, body: response.json() }
  }
  const scrape = async (accept = ''): Promise<Sample[]> => {
    return samplesOf((await app.inject({ url: '/metrics', headers: { accept } })).body)
  }
  return { app, clock, ask, scrape }
}

export type ModelServer = ReturnType<typeof startModelServer>

/** Lets `ms` pass, once `waiting` timers are set. */
export async function advance(clock: FakeClock, ms: number, waiting = 0): Promise<void> {
  while (clock.pending().length < waiting) await turn()
  await clock.advance(ms, turn)
}

/** What the last step set going gets its turn. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}
