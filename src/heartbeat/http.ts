/** Heartbeats over HTTP: what is expected, when it last came, and what is missing. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { time, timeText, timeTextOrNull } from '../history/json.ts'
import type { App } from '../http/feature.ts'
import { formatMatcher } from '../route/matcher.ts'
import { formatDuration } from '../team/duration.ts'
import type { Routing } from '../team/routing.ts'
import { inScope } from '../team/scope.ts'
import { everyHeartbeat } from './store.ts'

export interface HeartbeatDeps {
  /** Committed state. */
  readonly reader: Queryable
  /** The documents in force. */
  readonly routing: () => Routing
}

const heartbeatJson = z
  .object({
    team: z.string(),
    name: z.string().describe('As in the document; without one there, its matchers.'),
    matchers: z.array(z.string()),
    every: z.string().describe('The time within which it has to come again, such as 5m.'),
    receiver: z.string().describe('Who is told when it is missing, and when it is back.'),
    lastBeatAt: time.nullable().describe('Null if it has not come yet.'),
    dueAt: time.nullable().describe('When it counts as missing unless it comes; null while it is.'),
    missing: z.boolean(),
  })
  .meta({ id: 'Heartbeat' })

/** `GET /api/v1/heartbeats`. */
export function heartbeatRoutes(app: App, { reader, routing }: HeartbeatDeps): void {
  app.get(
    '/api/v1/heartbeats',
    {
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'Alerts that have to keep coming',
        description: 'Those of the documents in force, by team and in the order of the documents.',
        tags: ['heartbeats'],
        querystring: z.object({ team: z.string().max(63).optional() }),
        response: { 200: z.object({ heartbeats: z.array(heartbeatJson) }).meta({ id: 'Heartbeats' }) },
      },
    },
    async ({ query, caller }) => {
      const stored = Map.groupBy(await everyHeartbeat(reader), ({ team }) => team)
      const heartbeats = routing()
        .expected.all.filter(({ team }) => inScope(caller.teams, team) && (query.team ?? team) === team)
        .map(({ team, heartbeat: { name, matchers, everyMs, receiver } }) => {
          const state = stored.get(team)?.find((one) => one.name === name)?.state
          const missing = state?.missing ?? false
          return {
            team,
            name,
            matchers: matchers.map(formatMatcher),
            every: formatDuration(everyMs),
            receiver,
            lastBeatAt: timeTextOrNull(state?.beatAt ?? null),
            dueAt: state === undefined || missing ? null : timeText(state.dueAt),
            missing,
          }
        })
      return { heartbeats }
    },
  )
}
