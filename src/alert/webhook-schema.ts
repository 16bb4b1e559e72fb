/** Alertmanager's webhook, payload version 4, as senders from 0.22 to 0.34 write it: the contract and the reasons for refusal. */
import { z } from 'zod'
import { annotationsFault, groupLabelsFault, labelsFault, limits } from './limits.ts'
import { readLife } from './received.ts'
import { isTime } from './timestamp.ts'

/** A map of texts. Not z.record: that leaves out `__proto__`, which is a label name like any other. */
function texts(description: string, fault: (raw: unknown) => string | null) {
  return z
    .unknown()
    .superRefine((raw, context) => {
      const message = fault(raw)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .meta({ type: 'object', additionalProperties: { type: 'string' }, description })
}

const time = z
  .unknown()
  .refine(isTime, 'expected an RFC 3339 time such as 2026-11-20T23:13:07.568Z')
  .meta({ type: 'string', format: 'date-time' })

/** One alert. Decides exactly as `readAlert` does, slower, with a message. */
export const alertSchema = z
  .looseObject({
    status: z.enum(['firing', 'resolved']),
    labels: texts(`At least one, at most ${limits.labels}; empty values count as absent.`, labelsFault),
    annotations: texts(`Cut beyond ${limits.annotationsLength} characters.`, annotationsFault).optional(),
    startsAt: time.optional(),
    endsAt: time.optional(),
    generatorURL: z.string().nullish(),
    fingerprint: z.unknown().optional().meta({ type: 'string', description: 'Trusted as identity within the source.' }),
  })
  .superRefine((alert, context) => {
    if (readLife(alert.status, alert.startsAt, alert.endsAt, 0) !== null) return
    context.addIssue({ code: 'custom', path: ['endsAt'], message: 'a resolved alert must not end before it starts' })
  })

/** Everything around the alerts. None of it is identity: what is wrong is noted, and the alerts are taken all the same. */
export const envelopeSchema = z.looseObject({
  receiver: z.string().nullish(),
  status: z.string().nullish(),
  groupKey: z.string().nullish(),
  groupLabels: texts('Labels that the sender grouped by.', (raw) =>
    raw === undefined || raw === null ? null : groupLabelsFault(raw),
  ).optional(),
  externalURL: z.string().nullish(),
  /** Since 0.32. */
  notification_reason: z.string().nullish(),
  truncatedAlerts: z.int().nonnegative().nullish(),
})

/** The whole body, as the contract that recordings of every sender are held against. Unknown keys pass, such as `routeLabels` (since 0.34). */
export const webhookSchema = envelopeSchema.extend({ alerts: z.array(alertSchema) })

/** What a schema says of `value`, in at most three clauses; null when it accepts. */
export function faultOf(schema: z.ZodType, value: unknown): string | null {
  const { error } = schema.safeParse(value)
  if (error === undefined) return null
  const clauses = error.issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  return clauses.join('; ')
}
