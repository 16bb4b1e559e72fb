/** What Alertmanager's API says, as far as it matters here: which alerts it lists, how long it is up, who its peers are. */
import { z } from 'zod'
import { fingerprint } from '../alert/fingerprint.ts'
import { toLabels } from '../alert/labels.ts'
import { labelsFault } from '../alert/limits.ts'
import { type ReceivedAlert, readAlert } from '../alert/received.ts'
import { readTime } from '../alert/timestamp.ts'

/** Keys under which an alert may be known: see `keysOf`. */
export type Keys = ReadonlySet<string>

/** One complete answer of one replica. */
export interface Answer {
  /** Our clock when it was asked, epoch ms: whatever came later, the answer may not know. */
  readonly askedAt: number
  /** How long the replica was up when it answered, by its own clock. */
  readonly upMs: number
  /** Its name in its cluster; null when it has none. */
  readonly member: string | null
  /** Names of all members of the cluster that it knows, its own among them. */
  readonly peers: readonly string[]
  /** The keys of every alert that it lists: it lists what fires, also what is silenced or inhibited, and nothing else. */
  readonly listed: Keys
  /** The wanted among them that it would notify of, as if they had been received. */
  readonly active: readonly ReceivedAlert[]
}

/** `GET /api/v2/status`: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (alertmanagerStatus). */
const statusSchema = z.object({
  uptime: z
    .string()
    .refine((text) => typeof readTime(text) === 'number', 'expected the RFC 3339 time of the start')
    .transform((text) => readTime(text) ?? 0),
  cluster: z.object({ name: z.string().nullish(), peers: z.array(z.object({ name: z.string() })).nullish() }).nullish(),
})

export interface Status {
  /** The replica's clock when it started, epoch ms. */
  readonly startedAt: number
  readonly member: string | null
  readonly peers: readonly string[]
}

/** Throws what is wrong with it. */
export function readStatus(json: unknown): Status {
  const { uptime, cluster } = parsed(statusSchema, json)
  return { startedAt: uptime, member: cluster?.name ?? null, peers: (cluster?.peers ?? []).map(({ name }) => name) }
}

/** One of `GET /api/v2/alerts` (gettableAlert). What its labels hold is looked at apart: `__proto__` is a name like any other. */
const listedSchema = z.looseObject({
  fingerprint: z.string().min(1),
  labels: z.unknown().optional(),
  status: z.looseObject({ state: z.string() }),
})

export interface ListedAlert {
  readonly keys: readonly string[]
  /** Null for what is muted, not yet processed, or beyond our limits. */
  active(now: number): ReceivedAlert | null
}

/** Throws what is wrong with it: an answer with one alert that cannot be told is no complete answer. */
export function readListed(json: unknown): ListedAlert {
  const alert = parsed(listedSchema, json)
  return {
    keys: keysOf(alert.fingerprint, labelsFault(alert.labels) === null ? (alert.labels as object) : null),
    active: (now) => (alert.status.state === 'active' ? readAlert({ ...alert, status: 'firing' }, now) : null),
  }
}

/**
 * An episode bears the sender's fingerprint or, where other labels owned that, the FNV-1a of its labels
 * (alert/identity.ts). Whoever compares both finds it; a label set too many is held to be listed, never one too few.
 */
export function keysOf(sent: string, labels: object | null): readonly string[] {
  const computed = labels === null ? sent : fingerprint(toLabels(labels))
  return computed === sent ? [sent] : [sent, computed]
}

function parsed<Out>(schema: z.ZodType<Out>, json: unknown): Out {
  const { data, error } = schema.safeParse(json)
  if (error === undefined) return data as Out
  const [issue] = error.issues
  throw new SyntaxError(`${issue?.path.join('.') || 'the answer'}: ${issue?.message}`)
}
