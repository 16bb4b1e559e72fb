/** A model server as a whole: models, routes, metrics and faults put together. */
import { Registry } from '@prometheus-io/client'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { churnRoutes } from './churn/http.ts'
import { churnMetrics } from './churn/metrics.ts'
import type { Clock } from './clock.ts'
import { answerError, answerUnknown } from './errors.ts'
import { FaultBoard } from './fault/board.ts'
import { cpuBurden } from './fault/cpu.ts'
import { controlRoutes } from './fault/http.ts'
import { memoryBurden } from './fault/memory.ts'
import { fallSilent } from './fault/silence.ts'
import { irisRoutes } from './iris/http.ts'
import { irisMetrics } from './iris/metrics.ts'
import { applicationMetrics } from './metrics/application.ts'
import { expose } from './metrics/exposition.ts'
import { processingSummary, watchRequests } from './metrics/http.ts'
import { modelMetrics } from './metrics/models.ts'
import { processMetrics } from './metrics/process.ts'
import type { Model } from './model.ts'
import { Predictor } from './predictor.ts'
import type { Random } from './random.ts'
import type { Settings } from './settings.ts'
import { Feedback } from './watch/feedback.ts'
import { watchRoutes } from './watch/http.ts'

export interface AppDeps {
  readonly settings: Pick<Settings, 'server' | 'faultControls' | 'controlToken' | 'memoryLimit'>
  /** Those of the server, as trainModels gives them. */
  readonly models: readonly Model[]
  readonly clock: Clock
  readonly random: Random
  /** A new prediction's id, never given before. */
  readonly newId: () => string
  /** Of this program; goes into app_info. */
  readonly version: string
  /** Whether to write log lines. */
  readonly logger: boolean
}

/** Does not listen yet. Closing ends every fault. */
export function buildApp({ settings, models, clock, random, newId, version, logger }: AppDeps): FastifyInstance {
  const { server, memoryLimit } = settings
  const app = fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    // JSON.parse makes `__proto__` an ordinary key, and nothing here reads keys that it does not know.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerUnknown)
  const registry = new Registry()
  processMetrics(registry, memoryLimit)
  watchRequests(app, registry, () => clock.now())

  const board = new FaultBoard(clock, { cpu: cpuBurden, memory: memoryBurden(memoryLimit) })
  app.addHook('onClose', async () => board.stopAll())
  fallSilent(app, board)

  const feedback = new Feedback()
  const predictors = models.map((model) => new Predictor(model, { board, feedback, clock, random, newId }))
  const shared = {
    clock,
    modelMetrics: modelMetrics(registry, predictors, () => clock.now()),
    processing: processingSummary(registry),
  }
  if (server === 'iris') {
    const [predictor] = predictors as [Predictor]
    irisRoutes(app, predictor, { ...shared, metrics: irisMetrics(registry, predictor) })
  } else {
    applicationMetrics(registry, 'churn-api', version)
    churnRoutes(app, predictors, { ...shared, metrics: churnMetrics(registry, predictors) })
  }
  watchRoutes(app, { predictors, feedback, now: () => clock.now() })
  app.get('/metrics', async (request, reply) => {
    const { contentType, text } = await expose(registry, request.headers.accept)
    return reply.header('content-type', contentType).send(text)
  })
  if (settings.faultControls) {
    const versions = predictors.map(({ model }) => model.version)
    controlRoutes(app, { server, board, versions, token: settings.controlToken })
  }
  return app
}
