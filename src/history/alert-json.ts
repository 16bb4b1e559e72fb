/** One alert as the API shows it: the webhook's keys, and what the router knows beside them. */
import { z } from 'zod'
import type { AlertRow } from './alert-store.ts'
import { labelsJson, time, timeText, timeTextOrNull } from './json.ts'

const alertFields = {
  id: z.int().describe('Of this life of the alert, from firing to resolved; grows in order of receipt.'),
  status: z.enum(['firing', 'resolved']),
  labels: labelsJson,
  annotations: labelsJson,
  startsAt: time,
  endsAt: time.nullable().describe('Null while firing.'),
  generatorURL: z.string(),
  fingerprint: z.string(),
  source: z.string().describe('Name of the ingest token it came by.'),
  teams: z.array(z.string()),
  ownership: z
    .enum(['label', 'owns', 'contested', 'default'])
    .describe('How the teams were found: by the label team, by owns, by owns of several, or by nobody.'),
  receivedAt: time,
  lastSeenAt: time.describe('When it was last received; written up to 30 s late for repeats.'),
  closedAt: time.nullable().describe('When the router learnt that it is over.'),
  closeReason: z
    .enum(['resolved', 'reconciled', 'stale'])
    .nullable()
    .describe('resolved: its source said so; reconciled: its source lists it no more; stale: nothing was heard of it.'),
  repeats: z.int().describe('How often it was received again while it fired; up to 30 s late.'),
  reopened: z.boolean().describe('It fired again though its life was held to be over.'),
}

export const alertJson = z.object(alertFields).meta({ id: 'Alert' })

/** The same with more beside it. */
export function alertJsonWith<More extends z.ZodRawShape>(id: string, more: More) {
  return z.object({ ...alertFields, ...more }).meta({ id })
}

export function toAlertJson(alert: AlertRow) {
  return {
    id: alert.id,
    status: alert.status === 'open' ? ('firing' as const) : ('resolved' as const),
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: timeText(alert.startsAt),
    endsAt: timeTextOrNull(alert.endsAt),
    generatorURL: alert.generatorUrl,
    fingerprint: alert.fingerprint,
    source: alert.source,
    teams: [...alert.teams],
    ownership: alert.ownership,
    receivedAt: timeText(alert.receivedAt),
    lastSeenAt: timeText(alert.lastSeenAt),
    closedAt: timeTextOrNull(alert.closedAt),
    closeReason: alert.closeReason,
    repeats: alert.repeats,
    reopened: alert.reopened,
  }
}
