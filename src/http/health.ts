/** Whether the process lives, whether it can take alerts, and its metrics. */
import { z } from 'zod'
import { ApiError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { App } from './feature.ts'

/** One thing that must hold before alerts can be taken. `detail` is shown to anybody: no secrets, no paths. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** Destinations do not count: Alertmanager would stop delivering to us when Slack is down. */
export interface Readiness {
  readonly ok: boolean
  readonly checks: readonly Check[]
}

export interface HealthDeps {
  readonly ready: () => Promise<Readiness>
  readonly metrics: Metrics
}

const alive = z.object({ status: z.literal('ok') })
const ready = z.object({ status: z.literal('ok'), checks: z.array(z.object({ name: z.string(), detail: z.string() })) })

/** `GET /healthz`, `/readyz` and `/metrics`. */
export function healthRoutes(app: App, deps: HealthDeps): void {
  app.get(
    '/healthz',
    { config: { policy: 'open' }, schema: { description: 'The process answers.', response: { 200: alive } } },
    () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    { config: { policy: 'open' }, schema: { description: 'Alerts can be taken; else 503.', response: { 200: ready } } },
    async () => {
      const checks = await checkAll(deps)
      return { status: 'ok' as const, checks: checks.map(({ name, detail }) => ({ name, detail })) }
    },
  )
  app.get('/metrics', { config: { policy: { verb: 'read' } }, schema: { hide: true } }, async (_request, reply) => {
    const { registry } = deps.metrics
    return reply.header('content-type', registry.contentType).send(await registry.metrics())
  })
}

async function checkAll(deps: HealthDeps): Promise<readonly Check[]> {
  let readiness: Readiness
  try {
    readiness = await deps.ready()
  } catch (cause) {
    throw new ApiError('unavailable', 'Not ready: the checks themselves failed; the log says how.', { cause })
  }
  if (readiness.ok) return readiness.checks
  const failed = readiness.checks.filter((check) => !check.ok).map(({ name, detail }) => `${name} (${detail})`)
  throw new ApiError('unavailable', `Not ready: ${failed.join(', ')}.`)
}
