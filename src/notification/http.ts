/** Notifications over HTTP: what went out, what waits, what died and why. */
import { z } from 'zod'
import { channelNames } from '../channel/channel.ts'
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
import { inScope, type TeamScope } from '../team/scope.ts'

export interface NotificationDeps {
  /** Committed state. */
  readonly reader: Queryable
}

const listQuery = z.object({
  team: z.string().max(63).optional(),
  state: z.enum(notificationStates).optional(),
  channel: z.enum(channelNames).optional(),
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
  insteadOf: destinationJson
    .nullable()
    .describe('The destination that could not be reached, if it is sent in its stead.'),
  severity: z.string().describe('The worst among the alerts that it names: critical, warning or info.'),
  fallbackAt: time
    .nullable()
    .describe('When the fallback of its receiver is told instead, unless it gets through before.'),
  giveUpAt: time.nullable().describe('When it becomes a dead letter.'),
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
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'Notifications, newest first',
        description:
          'A page of a rare filter may be short or empty before the last: follow next_cursor until it is null.',
        tags: ['notifications'],
        querystring: listQuery,
        response: { 200: page },
      },
    },
    async ({ query, caller }) => {
      const { ids, below } = await findPage(reader, query, caller.teams, await everyDestination(reader))
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
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'One notification with its attempts',
        tags: ['notifications'],
        params: z.object({ id: z.coerce.number().int().positive() }),
        response: { 200: whole },
      },
    },
    async ({ params: { id }, caller }) => {
      const [row] = await notificationsByIds(reader, [id])
      const destinations = await everyDestination(reader)
      const team = row === undefined ? undefined : destinations.get(row.destinationId)?.team
      if (row === undefined || team === undefined || !inScope(caller.teams, team)) {
        throw new ApiError('not_found', `There is no notification ${id}; it may have been removed after its retention.`)
      }
      const attempts = await attemptsOf(reader, [id])
      const group = (await groupsByIds(reader, [row.groupId])).get(row.groupId)
      return {
        ...toJson(row, destinations),
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
  scope: TeamScope,
  destinations: ReadonlyMap<number, DestinationFacts>,
) {
  const wanted = [...destinations.values()].filter(
    (d) =>
      inScope(scope, d.team) &&
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
  const known = (id: number) => {
    const destination = destinations.get(id)
    if (destination === undefined) throw new Error(`notification ${row.id} names a destination that is not stored`)
    return toDestinationJson(destination)
  }
  return {
    id: row.id,
    createdAt: timeText(row.createdAt),
    groupId: row.groupId,
    destination: known(row.destinationId),
    versionId: row.versionId,
    reason: row.reason,
    state: row.state,
    settledAt: timeTextOrNull(row.settledAt),
    supersededBy: row.supersededBy,
    inDoubt: row.inDoubt,
    lateBecause: row.lateBecause,
    insteadOf: row.insteadOf === null ? null : known(row.insteadOf),
    severity: row.severity,
    fallbackAt: row.state === 'pending' ? timeTextOrNull(row.fallbackAt) : null,
    giveUpAt: row.state === 'pending' ? timeTextOrNull(row.giveUpAt) : null,
    counts: row.snapshot.counts,
  }
}
