/** Parts that the API's answers share: times, labels, destinations and attempts, as zod schemas and as made from rows. */
import { z } from 'zod'
import type { Labels } from '../alert/labels.ts'
import type { Reason } from '../channel/channel.ts'
import type { AttemptFacts, DestinationFacts } from './notification-store.ts'

export const time = z.string().meta({ format: 'date-time', description: 'RFC 3339 in UTC, to the millisecond.' })

export function timeText(at: number): string {
  return new Date(at).toISOString()
}

export function timeTextOrNull(at: number | null): string | null {
  return at === null ? null : timeText(at)
}

/** Not `z.record`, which leaves out a label that is called `__proto__`. */
export const labelsJson = z
  .unknown()
  .meta({ id: 'Labels', type: 'object', additionalProperties: { type: 'string' } }) as unknown as z.ZodType<Labels>

export const destinationJson = z
  .object({
    id: z.int(),
    team: z.string(),
    receiver: z.string(),
    channel: z.string(),
    reference: z
      .string()
      .describe('As configured: env:NAME or file:NAME; of a URL only the host, since the rest may be a secret.'),
  })
  .meta({ id: 'Destination' })

export function toDestinationJson({ id, team, receiver, channel, reference }: DestinationFacts) {
  return { id, team, receiver, channel, reference: maskUrls(reference) }
}

/** Whatever follows the host of each http(s) URL becomes an ellipsis: paths and queries of webhooks hold tokens. */
export function maskUrls(text: string): string {
  return text.replace(/(https?:\\?\/\\?\/[^\s/\\?#'"`]+)[/\\?#][^\s'"`]*/gi, '$1/…')
}

const reasons = ['first', 'new-alerts', 'some-resolved', 'all-resolved', 'repeat', 'missed'] as const
export const reasonJson = z.enum(reasons satisfies readonly Reason[])

export const attemptJson = z
  .object({
    n: z.int().describe('Counts from 1.'),
    startedAt: time,
    finishedAt: time.nullable(),
    outcome: z.enum(['delivered', 'transient', 'permanent', 'unknown']).nullable().describe('Null while under way.'),
    status: z.int().nullable().describe('HTTP status of the answer.'),
    detail: z.string().nullable(),
    retryAt: time.nullable().describe('When the destination may be tried again.'),
  })
  .meta({ id: 'Attempt' })

export function toAttemptJson({ n, startedAt, finishedAt, outcome, status, detail, retryAt }: AttemptFacts) {
  return {
    n,
    startedAt: timeText(startedAt),
    finishedAt: timeTextOrNull(finishedAt),
    outcome,
    status,
    detail,
    retryAt: timeTextOrNull(retryAt),
  }
}
