/** The facts of an alert's timeline as the API shows them. */
import { z } from 'zod'
import { attemptJson, destinationJson, labelsJson, reasonJson, time } from './json.ts'
import { notificationStates } from './notification-store.ts'

const base = { at: time, text: z.string().describe('The fact as a sentence; labels in it are untrusted text.') }

const requestJson = z
  .object({
    id: z.int(),
    receiver: z.string().describe("Name of the sender's receiver."),
    groupKey: z.string(),
    externalURL: z.string(),
    notificationReason: z.string().nullable(),
    truncatedAlerts: z.int(),
  })
  .meta({ id: 'WebhookRequest' })

const received = z.object({
  what: z.literal('received'),
  ...base,
  status: z.enum(['firing', 'resolved']).describe('resolved: only the end of it was ever seen.'),
  reopened: z.boolean(),
  request: requestJson.nullable(),
})

const traceStepJson = z
  .object({
    routeId: z.string(),
    depth: z.int(),
    receiver: z.string(),
    matchers: z.array(z.string()),
    continue: z.boolean(),
    matched: z.boolean(),
    failed: z.string().nullable().describe('The first matcher that failed.'),
    chosen: z.boolean().describe('The alert joined a group of this route.'),
  })
  .meta({ id: 'TraceStep' })

const placeJson = z
  .object({
    groupId: z.int(),
    routeId: z.string(),
    receiver: z.string().nullable().describe('Null when the stored document cannot be read any more.'),
    groupLabels: labelsJson,
    left: z.boolean().describe('A later document took it out of this group.'),
    carried: z.array(destinationJson).describe('Told by another group of it already, so not announced again.'),
  })
  .meta({ id: 'PlaceInGroup' })

const routed = z.object({
  what: z.literal('routed'),
  ...base,
  team: z.string(),
  because: z.enum(['received', 'rerouted']),
  version: z.object({ id: z.int(), acceptedAt: time, file: z.string() }),
  groups: z.array(placeJson),
  trace: z.array(traceStepJson).nullable().describe('Every route that was looked at, in order.'),
})

const rerouted = z.object({
  what: z.literal('rerouted'),
  ...base,
  left: z.int().describe('Groups that it left.'),
  joined: z.int().describe('Groups that it joined.'),
})

const heartbeat = z.object({
  what: z.literal('heartbeat'),
  ...base,
  team: z.string().describe('The team that expects this alert to keep coming.'),
  heartbeat: z.string().describe('Name of the heartbeat in its document.'),
  every: z.string().describe('A duration such as 5m.'),
  routed: z.boolean().describe('Another team owns the alert, so it went to that one all the same.'),
})

const notified = z.object({
  what: z.literal('notification'),
  ...base,
  notificationId: z.int(),
  groupId: z.int(),
  as: z.enum(['firing', 'resolved', 'missed']).describe('What it says of this alert.'),
  news: z.boolean().describe('The destination did not know that before.'),
  reason: reasonJson,
  state: z.enum(notificationStates),
  settledAt: time.nullable(),
  supersededBy: z.int().nullable().describe('The notification that took its place; null when nothing was left to say.'),
  lateBecause: z.string().nullable(),
  inDoubt: z.boolean().describe('An attempt may have arrived.'),
  destination: destinationJson,
  attempts: z.array(attemptJson),
})

const withheld = z.object({
  what: z.literal('withheld'),
  ...base,
  groupId: z.int(),
  destination: destinationJson,
  noReason: z.string().describe('Why its group said nothing to the destination.'),
  firstAt: time,
  lastAt: time,
  count: z.int(),
})

const unreleased = z.object({ what: z.literal('unreleased'), ...base, groupId: z.int() })

const closed = z.object({
  what: z.literal('closed'),
  ...base,
  reason: z.enum(['resolved', 'reconciled', 'stale']),
  endsAt: time.nullable(),
  request: requestJson.nullable(),
})

export const factJson = z
  .discriminatedUnion('what', [received, routed, rerouted, heartbeat, notified, withheld, unreleased, closed])
  .meta({ id: 'Fact' })

/** What the timeline is made of. */
export type Fact = z.output<typeof factJson>

export const knowledgeJson = z
  .object({
    destination: destinationJson,
    told: z.enum(['nothing', 'firing', 'resolved']),
    owed: z.boolean().describe('It was told firing and is still to be told that it is over.'),
    inDoubt: z.boolean().describe('An attempt of unknown outcome may have told it more.'),
  })
  .meta({ id: 'Told' })

export const nextJson = z
  .object({
    what: z.enum(['attempt', 'flush', 'repeat']),
    at: time.nullable().describe('Null: as soon as it is its turn.'),
    text: z.string(),
    groupId: z.int(),
    destination: destinationJson.nullable(),
  })
  .meta({ id: 'Next' })
