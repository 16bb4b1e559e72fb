/** Where Alertmanager posts: the answer is 2xx only once the alerts are kept, and 503 whenever it should try again. */
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.ts'
import { keepBodiesAsText } from '../http/body.ts'
import { boundBodies } from '../http/body-budget.ts'
import { methodNotAllowed } from '../http/method-not-allowed.ts'
import type { Metrics } from '../metrics.ts'
import { ingest, type Pipeline, quarantine } from '../pipeline.ts'
import { parseWebhook } from './webhook.ts'

export const INGEST_PATH = '/api/v1/webhooks/alertmanager'

/** Alertmanager sends whole groups (max_alerts 0); 100,000 alerts are about 80 MB, a group of 60,000 fits. */
const BODY_LIMIT = 64 * 1024 * 1024

/** A body and what is read out of it take up to four times its length until the commit: 1 GB for these. */
const BODIES_TOGETHER = 4 * BODY_LIMIT

/** Alerts waiting for a commit, or the age of the oldest, beyond which Alertmanager is asked to come again. */
const MOST_WAITING_ALERTS = 50_000
const LONGEST_WAIT_MS = 5_000

export interface IngestDeps {
  readonly pipeline: Pipeline
  readonly metrics: Metrics
  /** Called after each commit: groups may be due, notifications may be pending. */
  readonly wake: () => void
}

/** Never answers 429 or any other 4xx for trouble of our own: Alertmanager would not try again before group_interval. */
export function ingestRoutes(app: FastifyInstance, { pipeline, metrics, wake }: IngestDeps): void {
  methodNotAllowed(app, INGEST_PATH, ['POST'])
  app.register(async (scope) => {
    keepBodiesAsText(scope)
    boundBodies(scope, BODIES_TOGETHER)
    scope.addHook('onResponse', (request, reply, done) => {
      metrics.answered(request.caller?.name ?? 'nobody', reply.statusCode, reply.elapsedTime)
      done()
    })
    scope.post(
      INGEST_PATH,
      { config: { policy: { verb: 'ingest' } }, bodyLimit: BODY_LIMIT, schema: { hide: true } },
      async (request) => {
        const source = request.caller.name
        refuseWhenOverloaded(pipeline)
        const text = typeof request.body === 'string' ? request.body : ''
        const webhook = await readBody({ pipeline, metrics }, source, text)
        const summary = await ingest(pipeline, source, webhook)
        wake()
        metrics.ingested(source, webhook, summary, pipeline.clock.now())
        metrics.closed('resolved', summary.closed)
        metrics.lived(summary.lifetimesMs)
        const { opened, closed, repeated, quarantined } = summary
        return { opened, closed, repeated, quarantined }
      },
    )
  })
}

function refuseWhenOverloaded({ db }: Pipeline): void {
  const { weight, ageMs } = db.backlog()
  if (weight <= MOST_WAITING_ALERTS && ageMs <= LONGEST_WAIT_MS) return
  throw new ApiError('unavailable', 'More alerts are waiting than can be kept in time; send this again in a moment.')
}

async function readBody({ pipeline, metrics }: Pick<IngestDeps, 'pipeline' | 'metrics'>, source: string, text: string) {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    const reason = `The body is not JSON: ${(cause as Error).message}.`
    await quarantine(pipeline, source, reason, text)
    metrics.quarantinedBody()
    throw new ApiError('invalid', `${reason} It was kept in quarantine.`, { cause })
  }
  const webhook = parseWebhook(body, pipeline.db.now())
  if (!('error' in webhook)) return webhook
  await quarantine(pipeline, source, webhook.error, text)
  metrics.quarantinedBody()
  throw new ApiError('invalid', `${webhook.error} The body was kept in quarantine.`)
}
