/** Living groups over HTTP: who is in them, what each destination was told, and when they speak next. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { ApiError } from '../errors.ts'
import { membersOf } from '../history/group-members.ts'
import { type GroupFacts, groupsByIds, livingGroupIds, noReasonsOf } from '../history/group-store.ts'
import { destinationJson, labelsJson, time, timeText, timeTextOrNull, toDestinationJson } from '../history/json.ts'
import { type DestinationFacts, everyDestination } from '../history/notification-store.ts'
import { cursorId, cursorText, nextCursor, pageQuery } from '../history/paging.ts'
import type { App } from '../http/feature.ts'
import type { Routing } from '../team/routing.ts'
import { inScope } from '../team/scope.ts'
import { hearing, type Members } from './state.ts'
import { dueAt } from './timers.ts'
import { isDebt, tally, toldNothing } from './told.ts'

export interface GroupDeps {
  /** Committed state. */
  readonly reader: Queryable
  /** The documents in force: timers and destinations. */
  readonly routing: () => Routing
}

/** Ids shown of a group's members; a group may have 60,000. */
const MOST_ALERTS = 200

const destinationState = z
  .object({
    destination: destinationJson,
    current: z.boolean().describe('It hears news now; else only what is owed is still told.'),
    insteadOf: destinationJson
      .nullable()
      .describe('The destination that could not be reached, if it hears them for that.'),
    toldAt: time.nullable(),
    knows: z.int().describe('Firing alerts that it was told of.'),
    untold: z.int().describe('Firing alerts that it does not know.'),
    owed: z.int().describe('Alerts that are over, which it was told firing and not yet resolved.'),
    missed: z.int().describe('Alerts that are over and of which it heard nothing.'),
    pending: z.int().nullable().describe('The notification that waits or is being sent.'),
    repeatAt: time.nullable(),
  })
  .meta({ id: 'ToldOfGroup' })

const fields = {
  id: z.int(),
  team: z.string(),
  routeId: z.string(),
  receiver: z.string().nullable().describe('Null when the document in force has no such route any more.'),
  labels: labelsJson,
  openedAt: time,
  endedAt: time.nullable(),
  lastFlushAt: time.nullable(),
  dueAt: time.nullable().describe('When it looks at its alerts next; null when nothing waits.'),
  members: z.object({ firing: z.int(), owed: z.int().describe('Over, and somebody is still to be told.') }),
  destinations: z.array(destinationState),
}

const groupJson = z.object(fields).meta({ id: 'Group' })
const page = z.object({ groups: z.array(groupJson), next_cursor: nextCursor }).meta({ id: 'GroupPage' })
const whole = z
  .object({
    ...fields,
    alerts: z.array(z.int()).describe(`Ids of the firing members, newest first, at most ${MOST_ALERTS}.`),
    noReasons: z
      .array(
        z.object({
          destination: destinationJson,
          noReason: z.string(),
          firstAt: time,
          lastAt: time,
          count: z.int(),
        }),
      )
      .describe('Why flushes said nothing.'),
  })
  .meta({ id: 'GroupWithAlerts' })

/** `GET /api/v1/groups` (those that live) and `/api/v1/groups/{id}`. */
export function groupRoutes(app: App, { reader, routing }: GroupDeps): void {
  app.get(
    '/api/v1/groups',
    {
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'Living groups, newest first',
        tags: ['groups'],
        querystring: z.object({ team: z.string().max(63).optional(), ...pageQuery }),
        response: { 200: page },
      },
    },
    async ({ query: { team = null, limit, cursor }, caller: { teams } }) => {
      const found = await livingGroupIds(reader, { team, teams }, cursorId('groups', cursor), limit + 1)
      const ids = found.slice(0, limit)
      const groups = await groupsByIds(reader, ids)
      const members = await membersOf(reader, ids)
      const destinations = await everyDestination(reader)
      const below = found.length > limit ? (ids.at(-1) ?? null) : null
      return {
        groups: [...groups.values()].map((group) =>
          toJson(group, members.get(group.id) ?? new Map(), destinations, routing()),
        ),
        next_cursor: cursorText('groups', below),
      }
    },
  )
  app.get(
    '/api/v1/groups/:id',
    {
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'One group, living or ended',
        tags: ['groups'],
        params: z.object({ id: z.coerce.number().int().positive() }),
        response: { 200: whole },
      },
    },
    async ({ params: { id }, caller }) => {
      const group = (await groupsByIds(reader, [id])).get(id)
      if (group === undefined || !inScope(caller.teams, group.team)) {
        throw new ApiError('not_found', `There is no group ${id}; it may have been removed after its retention.`)
      }
      const members: Members =
        group.endedAt === null ? ((await membersOf(reader, [id])).get(id) ?? new Map()) : new Map()
      const noReasons = await noReasonsOf(reader, [id])
      const destinations = await everyDestination(reader)
      return {
        ...toJson(group, members, destinations, routing()),
        alerts: firing(members).slice(0, MOST_ALERTS),
        noReasons: noReasons.map(({ destinationId, noReason, firstAt, lastAt, count }) => ({
          destination: destinationOf(destinations, destinationId),
          noReason,
          firstAt: timeText(firstAt),
          lastAt: timeText(lastAt),
          count,
        })),
      }
    },
  )
}

function toJson(
  group: GroupFacts,
  members: Members,
  destinations: ReadonlyMap<number, DestinationFacts>,
  routing: Routing,
) {
  const { state, endedAt } = group
  const config = routing.config(group.team, group.routeId, group.about)
  const owed = [...members.values()].filter((member) => [...state.told].some(([id, told]) => isDebt(told, id, member)))
  const ids = new Set([...(endedAt === null ? config.destinations.map(({ id }) => id) : []), ...state.told.keys()])
  return {
    id: group.id,
    team: group.team,
    routeId: group.routeId,
    receiver: routing.route(group.team, group.routeId)?.receiver ?? null,
    labels: group.labels,
    openedAt: timeText(group.openedAt),
    endedAt: timeTextOrNull(endedAt),
    lastFlushAt: timeTextOrNull(state.lastFlushAt),
    dueAt: endedAt === null ? timeTextOrNull(dueAt(state, config)) : null,
    members: { firing: firing(members).length, owed: owed.length },
    destinations: [...ids].map((id) => {
      const told = state.told.get(id) ?? toldNothing
      const current = hearing(config, id, told) !== undefined
      const repeats = endedAt === null && current && told.repeatFrom !== null && told.live === null
      const counts = tally(told, id, members.values(), Number.MAX_SAFE_INTEGER)
      return {
        destination: destinationOf(destinations, id),
        current,
        insteadOf: told.fallbackFor === null ? null : destinationOf(destinations, told.fallbackFor),
        toldAt: timeTextOrNull(told.toldAt),
        knows: counts.knownFiring,
        untold: counts.newlyFiring,
        owed: counts.newlyResolved,
        missed: counts.missed,
        pending: told.live?.id ?? null,
        repeatAt: repeats ? timeText((told.repeatFrom ?? 0) + config.repeatIntervalMs) : null,
      }
    }),
  }
}

/** Newest first. */
function firing(members: Members): number[] {
  return [...members.values()].flatMap((m) => (m.closed === null && m.joined !== null ? [m.episodeId] : [])).reverse()
}

function destinationOf(destinations: ReadonlyMap<number, DestinationFacts>, id: number) {
  const destination = destinations.get(id)
  if (destination === undefined) throw new Error(`destination ${id} is not stored`)
  return toDestinationJson(destination)
}
