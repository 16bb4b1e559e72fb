/** What has to hold while the router does its work, checked against figures that are cheap to have. Pure. */
import { formatDuration } from '../team/duration.ts'

/** One look at a running router. Times are epoch ms. */
export interface Figures {
  readonly now: number
  /** Since when this process has run without a gap: what waited before waited for us to come back. */
  readonly since: number
  /** Since when the notification that waits longest could have been sent; null when none waits. */
  readonly sendableSince: number | null
  /** When the first group wanted to be looked at; null when none waits. */
  readonly flushDueAt: number | null
  /** When the first heartbeat should have been declared missing; null when none is waited for. */
  readonly heartbeatDueAt: number | null
  /** Attempts that began more than twice their deadline ago and have no outcome. */
  readonly openAttempts: number
  /** Open alerts that are in no group though a route takes them; 0 while open alerts still follow new documents. */
  readonly lostAlerts: number
  /** Received alerts that were neither opened, closed, repeated nor quarantined, in this process. */
  readonly unaccountedAlerts: number
  readonly inMemory: Counts
  readonly inTables: Counts
}

export interface Counts {
  /** Open, or closed so lately that something may still be heard or told of them. */
  readonly episodes: number
  readonly groups: number
  readonly notifications: number
}

/** One thing that does not hold, as a sentence for the operators. */
export interface Finding {
  readonly check: CheckName
  readonly detail: string
}

/** A storm of 500 groups to one Slack channel takes 500 s at its pace of one message a second. */
const SEND_WITHIN_MS = 10 * 60_000

const FLUSH_WITHIN_MS = 60_000
const DECLARE_WITHIN_MS = 60_000

/** Null where the check passes. */
const checks = {
  'notifications-overdue': ({ sendableSince, since, now }) =>
    late(
      sendableSince,
      since,
      now,
      SEND_WITHIN_MS,
      (age) => `A notification could have been sent ${age} ago and was not.`,
    ),
  'flush-overdue': ({ flushDueAt, since, now }) =>
    late(
      flushDueAt,
      since,
      now,
      FLUSH_WITHIN_MS,
      (age) => `A group wanted to decide whom it tells ${age} ago and did not.`,
    ),
  'heartbeat-overdue': ({ heartbeatDueAt, since, now }) =>
    late(
      heartbeatDueAt,
      since,
      now,
      DECLARE_WITHIN_MS,
      (age) => `A heartbeat was missing ${age} ago, and nobody was told.`,
    ),
  'attempts-open': ({ openAttempts: n }) =>
    n === 0
      ? null
      : `${n} attempts to send began more than 20 s ago and have no outcome: it may be impossible to write them.`,
  'alerts-lost': ({ lostAlerts: n }) =>
    n === 0 ? null : `${n} open alerts are in no group, though a route takes them.`,
  'alerts-unaccounted': ({ unaccountedAlerts: n }) =>
    n === 0 ? null : `${n} received alerts neither opened, closed nor repeated anything.`,
  'memory-differs': ({ inMemory, inTables }) => {
    const kinds = ['episodes', 'groups', 'notifications'] as const
    const apart = kinds.filter((kind) => inMemory[kind] !== inTables[kind])
    const each = apart.map((kind) => `${inMemory[kind]} ${kind} for ${inTables[kind]}`)
    return apart.length === 0 ? null : `Memory holds ${each.join(', ')} in the tables.`
  },
} as const satisfies Readonly<Record<string, (figures: Figures) => string | null>>

export type CheckName = keyof typeof checks

export const checkNames = Object.keys(checks) as readonly CheckName[]

/** Everything that does not hold; empty when the audit passes. */
export function findingsOf(figures: Figures): Finding[] {
  return checkNames.flatMap((check) => {
    const detail = checks[check](figures)
    return detail === null ? [] : [{ check, detail }]
  })
}

function late(
  at: number | null,
  since: number,
  now: number,
  withinMs: number,
  sentence: (age: string) => string,
): string | null {
  if (at === null) return null
  const age = now - Math.max(at, since)
  return age <= withinMs ? null : sentence(formatDuration(Math.floor(age / 1000) * 1000))
}
