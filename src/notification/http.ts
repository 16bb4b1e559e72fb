/** Notifications over HTTP: what went out, what waits, what died and why. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { ApiError } from '../errors.ts'
import { groupsByIds } from '../history/group-store.ts'
import {
  attemptJson,
  destinationJson,
  labelsJson,
  reasonJson,
  time,
  timeText,
  timeTextOrNull,
  toAttemptJson,
  toDestinationJson,
} from '../history/json.ts'
import {
  attemptCounts,
  attemptsOf,
  type DestinationFacts,
  everyDestination,
  type NotificationFacts,
  notificationChunk,
  notificationIds,
  notificationStates,
  notificationsByIds,
} from '../history/notification-store.ts'
import { cursorId, cursorText, nextCursor, pageQuery, walkDown } from '../history/paging.ts'
import { spokenAs } from '../history/spoken.ts'
import type { App } from '../http/feature.ts'

export interface NotificationDeps {
  /** Committed state. */
  readonly reader: Queryable
}

const listQuery = z.object({
  team: z.string().max(63).optional(),
  state: z.enum(notificationStates).optional(),
  channel: z.enum(['slack', 'webhook']).optional(),
  destination: z.coerce.number().int().positive().optional().describe('Id of a destination.'),
  ...pageQuery,
})

const fields = {
  id: z.int(),
  createdAt: time,
  groupId: z.int(),
  destination: destinationJson,
  versionId: z.int().describe('Version of the team document that it was decided under.'),
  reason: reasonJson,
  state: z.enum(notificationStates),
  settledAt: time.nullable(),
  supersededBy: z.int().nullable().describe('The notification that took its place; null when nothing was left to say.'),
  inDoubt: z.boolean().describe('An attempt may have arrived.'),
  lateBecause: z.string().nullable(),
  counts: z.object({
    newlyFiring: z.int(),
    knownFiring: z.int(),
    newlyResolved: z.int(),
    missed: z.int().describe('Fired and resolved before anything got through.'),
  }),
}

const summary = z.object({ ...fields, attempts: z.int().describe('How many were made.') }).meta({ id: 'Notification' })
const page = z.object({ notifications: z.array(summary), next_cursor: nextCursor }).meta({ id: 'NotificationPage' })

const whole = z
  .object({
    ...fields,
    group: z.object({ team: z.string(), routeId: z.string(), labels: labelsJson }).nullable(),
    attempts: z.array(attemptJson),
    alerts: z
      .array(z.object({ id: z.int(), as: z.enum(['firing', 'resolved', 'missed']), news: z.boolean() }))
      .describe('The alerts that it names, at most 50; counts has the true numbers.'),
  })
  .meta({ id: 'NotificationWithAttempts' })

/** `GET /api/v1/notifications` and `/api/v1/notifications/{id}`. */
export function notificationRoutes(app: App, { reader }: NotificationDeps): void {
  app.get(
    '/api/v1/notifications',
    {
      config: { policy: { verb: 'read' } },
      schema: {
        summary: 'Notifications, newest first',
        description:
          'A page of a rare filter may be short or empty before the last: follow next_cursor until it is null.',
        tags: ['notifications'],
        querystring: listQuery,
        response: { 200: page },
      },
    },
    async ({ query }) => {
      const { ids, below } = await findPage(reader, query, await everyDestination(reader))
      const rows = await notificationsByIds(reader, ids)
      const attempts = await attemptCounts(reader, ids)
      const destinations = await everyDestination(reader)
      const notifications = rows.map((row) => ({ ...toJson(row, destinations), attempts: attempts.get(row.id) ?? 0 }))
      return { notifications, next_cursor: cursorText('notifications', below) }
    },
  )
  app.get(
    '/api/v1/notifications/:id',
    {
      config: { policy: { verb: 'read' } },
      schema: {
        summary: 'One notification with its attempts',
        tags: ['notifications'],
        params: z.object({ id: z.coerce.number().int().positive() }),
        response: { 200: whole },
      },
    },
    async ({ params: { id } }) => {
      const [row] = await notificationsByIds(reader, [id])
      if (row === undefined) {
        throw new ApiError('not_found', `There is no notification ${id}; it may have been removed after its retention.`)
      }
      const attempts = await attemptsOf(reader, [id])
      const group = (await groupsByIds(reader, [row.groupId])).get(row.groupId)
      return {
        ...toJson(row, await everyDestination(reader)),
        group: group === undefined ? null : { team: group.team, routeId: group.routeId, labels: group.labels },
        attempts: (attempts.get(id) ?? []).map(toAttemptJson),
        alerts: row.snapshot.alerts.map(([alert, place]) => ({ id: alert, ...spokenAs[place] })),
      }
    },
  )
}

/** Teams, channels and destinations are all told by the destination: there are few, so the table is asked by their ids. */
function findPage(
  reader: Queryable,
  { team, channel, destination, limit, cursor, ...query }: z.output<typeof listQuery>,
  destinations: ReadonlyMap<number, DestinationFacts>,
) {
  const wanted = [...destinations.values()].filter(
    (d) =>
      (team === undefined || d.team === team) &&
      (channel === undefined || d.channel === channel) &&
      (destination === undefined || d.id === destination),
  )
  const only = wanted.length === destinations.size ? null : wanted.map((d) => d.id)
  const state = query.state ?? null
  const from = cursorId('notifications', cursor)
  if (only?.length === 0) return { ids: [], below: null }
  return walkDown(
    {
      chunk: (below, size) => notificationChunk(reader, state, below, size),
      find: (low, below) => notificationIds(reader, { state, destinations: only }, low, below),
      accepts: () => true,
    },
    from,
    limit,
  )
}

function toJson(row: NotificationFacts, destinations: ReadonlyMap<number, DestinationFacts>) {
  const destination = destinations.get(row.destinationId)
  if (destination === undefined) throw new Error(`notification ${row.id} is for a destination that is not stored`)
  return {
    id: row.id,
    createdAt: timeText(row.createdAt),
    groupId: row.groupId,
    destination: toDestinationJson(destination),
    versionId: row.versionId,
    reason: row.reason,
    state: row.state,
    settledAt: timeTextOrNull(row.settledAt),
    supersededBy: row.supersededBy,
    inDoubt: row.inDoubt,
    lateBecause: row.lateBecause,
    counts: row.snapshot.counts,
  }
}
