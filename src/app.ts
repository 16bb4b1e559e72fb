/** The HTTP side of the router as a whole: limits, access, the shape of errors; the features come from router.ts. */
import { randomBytes } from 'node:crypto'
import { type FastifyBaseLogger, fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { type AccessDeps, guardRoutes } from './access/policy.ts'
import { ApiError } from './errors.ts'
import { checkBodyHeaders, parseJsonBodies } from './http/body.ts'
import { tellBrowsers } from './http/browser-headers.ts'
import { answerClientError } from './http/client-error.ts'
import { answerError } from './http/errors.ts'
import type { App, Feature } from './http/feature.ts'
import { type HealthDeps, healthRoutes } from './http/health.ts'
import { collectOpenApi, openApiRoute } from './http/openapi.ts'

export interface AppDeps extends AccessDeps, HealthDeps {
  readonly logger: FastifyBaseLogger
  readonly features: readonly Feature[]
}

/** The largest body of a route that does not set its own `bodyLimit`. */
const BODY_LIMIT = 64 * 1024

/** Headers within 10 s, the whole request within 15 s; Node looks for late ones every 2 s instead of its 30. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 15_000
const LATE_CHECK_MS = 2_000

/**
 * Longer than clients and proxies keep an idle connection (Go's default transport 90 s, nginx 60 s): the side that
 * sends must be the one that closes, or its next request meets a closed socket.
 */
const KEEP_ALIVE_MS = 120_000

/** On a stop requests under way get this long; Node no longer minds its own limits once the server closes. */
const CLOSE_WITHIN_MS = 5_000

/** Builds the app without listening; `listen` or `inject` starts it. `close` answers 503 until the last request is done. */
export function buildApp(deps: AppDeps): App {
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger per request costs more than the rest of a small request; error lines carry the request id themselves.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIds(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: LATE_CHECK_MS },
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  tellBrowsers(app)
  refuseWhileClosing(app)
  guardRoutes(app, deps, deps.metrics.refused)
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      checkBodyHeaders(request)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  parseJsonBodies(app)
  collectOpenApi(app)
  const features: readonly Feature[] = [(scope) => healthRoutes(scope, deps), openApiRoute, ...deps.features]
  for (const feature of features) app.register(async (scope: App) => feature(scope))
  return app
}

/** Connections that are open when the app closes may bring further requests; Alertmanager sends them again after a 503. */
function refuseWhileClosing(app: App): void {
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    // A client that never ends its request, or never begins one, would keep us from stopping.
    setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS).unref()
    done()
  })
  app.addHook('onRequest', (_request, reply, done) => {
    if (!closing) return done()
    reply.header('connection', 'close')
    done(new ApiError('unavailable', 'The router is shutting down; send the request again.'))
  })
}

/** Ids that differ between starts, so that a log of several days has each once. */
function requestIds(): () => string {
  const start = randomBytes(4).toString('hex')
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}
