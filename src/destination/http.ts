/** Destinations over HTTP: what waits for each, what holds it back, and when it will be through. */
import { z } from 'zod'
import { ApiError } from '../errors.ts'
import { backlogs, type DestinationBacklog, destinationsInForce } from '../history/backlog.ts'
import { destinationJson, maskUrls, time, timeText, timeTextOrNull } from '../history/json.ts'
import type { App } from '../http/feature.ts'
import type { LastAttempts } from '../notification/destination-store.ts'
import type { Pipeline } from '../pipeline.ts'
import { inScope } from '../team/scope.ts'

const pastAttempt = z.object({
  at: time,
  outcome: z.enum(['delivered', 'transient', 'permanent', 'unknown']),
  status: z.int().nullable().describe('HTTP status of the answer.'),
  detail: z.string(),
})

const fields = {
  ...destinationJson.shape,
  inForce: z.boolean().describe('The present document names it; if not, it is only told what it is still owed.'),
  circuit: z
    .enum(['closed', 'open', 'half-open'])
    .describe('open: it failed again and again and is left alone; half-open: the next message is a probe.'),
  failures: z.int().describe('Attempts in a row that failed; those side by side count once.'),
  pausedUntil: time.nullable().describe('Nothing is sent before: a pause after failures, or what it asked for.'),
  pace: z
    .object({ burst: z.int(), everyMs: z.int() })
    .nullable()
    .describe(
      'At most `burst` messages at once, then one every `everyMs`; shared by receivers with the same reference.',
    ),
  pending: z.int().describe('Notifications that are not settled, with those in flight.'),
  inFlight: z.int(),
  oldestPendingAt: time.nullable(),
  eta: time.nullable().describe('When all that waits now will have been sent, if nothing fails; null: see etaUnknown.'),
  etaUnknown: z.string().nullable().describe('Why there is no eta.'),
  lastDelivered: pastAttempt
    .nullable()
    .describe('Null when neither this process nor the latest notifications know one.'),
  lastError: pastAttempt.nullable().describe('As lastDelivered; it may be older than that.'),
}
const one = z.object(fields).meta({ id: 'DestinationState' })

/** `GET /api/v1/destinations` and `/api/v1/destinations/{id}`. */
export function destinationRoutes(app: App, pipeline: Pipeline): void {
  const { outbox } = pipeline.store
  const policy = { verb: 'read', perTeam: true } as const
  app.get(
    '/api/v1/destinations',
    {
      config: { policy },
      schema: {
        summary: 'Destinations, and what waits for each',
        description: 'All that the documents in force name, and those that are gone while something waits for them.',
        tags: ['destinations'],
        querystring: z.object({ team: z.string().max(63).optional() }),
        response: { 200: z.object({ destinations: z.array(one) }).meta({ id: 'Destinations' }) },
      },
    },
    async ({ query, caller }) => {
      const now = pipeline.db.now()
      const inForce = destinationsInForce(pipeline.routing())
      const shown = [...outbox.destinations.every()].filter(
        ({ id, team }) =>
          (query.team === undefined || query.team === team) &&
          inScope(caller.teams, team) &&
          (inForce.has(id) || outbox.backlog(id).pending > 0),
      )
      const backlogOf = backlogs(outbox, pipeline, now)
      return { destinations: shown.map((d) => toJson(backlogOf(d), inForce.has(d.id))) }
    },
  )
  app.get(
    '/api/v1/destinations/:id',
    {
      config: { policy },
      schema: {
        summary: 'One destination, and what waits for it',
        tags: ['destinations'],
        params: z.object({ id: z.coerce.number().int().positive() }),
        response: { 200: one },
      },
    },
    async ({ params: { id }, caller }) => {
      const destination = outbox.destinations.find(id)
      if (destination === undefined || !inScope(caller.teams, destination.team)) {
        throw new ApiError('not_found', `There is no destination ${id}.`)
      }
      const inForce = destinationsInForce(pipeline.routing())
      return toJson(backlogs(outbox, pipeline, pipeline.db.now())(destination), inForce.has(id))
    },
  )
}

function toJson(backlog: DestinationBacklog, inForce: boolean): z.input<typeof one> {
  const { destination, circuit, pausedUntil, pace, pending, inFlight, oldestAt, through, last } = backlog
  const { id, team, receiver, channel, reference, failures } = destination
  return {
    id,
    team,
    receiver,
    channel,
    reference: maskUrls(reference),
    inForce,
    circuit,
    failures,
    pausedUntil: timeTextOrNull(pausedUntil),
    pace: pace === null ? null : { burst: pace.burst, everyMs: pace.everyMs },
    pending,
    inFlight,
    oldestPendingAt: timeTextOrNull(oldestAt),
    eta: timeTextOrNull(through.at),
    etaUnknown: through.unknownBecause,
    lastDelivered: pastJson(last.delivered),
    lastError: pastJson(last.failed),
  }
}

function pastJson(past: LastAttempts['failed']): z.input<typeof pastAttempt> | null {
  if (past === null) return null
  const { at, outcome, status, detail } = past
  return { at: timeText(at), outcome, status, detail }
}
