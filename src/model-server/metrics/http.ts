/** Requests of any kind: how many, how long, how many connections. */
import { Counter, Gauge, Histogram, type Registry, Summary } from '@prometheus-io/client'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Watches every request that is answered. `now` gives ms. */
export function watchRequests(app: FastifyInstance, registry: Registry, now: () => number): void {
  const labelNames = ['method', 'endpoint', 'status']
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Answered requests; endpoint is the pattern of the route.',
    labelNames,
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames,
    buckets,
    registers: [registry],
  })
  new Gauge({
    name: 'http_active_connections',
    help: 'Open connections, idle ones as well.',
    registers: [registry],
    async collect() {
      this.set(await connections(app))
    },
  })
  const began = new WeakMap<FastifyRequest, number>()
  app.addHook('onRequest', (request, _reply, done) => {
    began.set(request, now())
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      // What has no route is one series, whatever addresses are tried.
      endpoint: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    }
    requests.inc(labels)
    duration.observe(labels, (now() - (began.get(request) ?? now())) / 1000)
    done()
  })
}

/** How long predictions are worked on, whether they succeed or not. */
export function processingSummary(registry: Registry): Summary {
  return new Summary({
    name: 'request_processing_seconds',
    help: 'Time spent on each prediction request.',
    percentiles: [0.5, 0.95, 0.99],
    registers: [registry],
  })
}

function connections(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
