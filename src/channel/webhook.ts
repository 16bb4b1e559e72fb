/** Any HTTP server as a destination: Alertmanager's payload, signed, with a key by which a repeat is recognised. */
import type { Channel, Endpoint, Message, Receipt } from './channel.ts'
import type { GuardedFetch } from './connect.ts'
import { receiptOfFailure, safeDetail } from './receipt.ts'
import { retryAfterMs } from './retry-after.ts'
import { signingKey, webhookHeaders } from './signature.ts'
import { webhookBody } from './webhook-body.ts'

/** These say "not now": request timeout, too early, too many requests; so does every 5xx. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429])

/** These speak of the body that was sent; any other refusal, redirects included, of the destination. */
const PAYLOAD_STATUSES: ReadonlySet<number> = new Set([400, 409, 413, 415, 422])

/** Receivers drop repeats by `webhook-id`, so 16 attempts at once cost no double message. `now` is epoch ms. */
export function webhookChannel(deps: { fetch: GuardedFetch; now: () => number }): Channel {
  return {
    name: 'webhook',
    maxInFlight: 16,
    pace: null,
    async send(message: Message, endpoint: Endpoint, signal: AbortSignal): Promise<Receipt> {
      const key = endpoint.secret === null ? null : signingKey(endpoint.secret)
      if (endpoint.secret !== null && key === null) return badSecret
      const body = webhookBody(message)
      const headers = {
        'Content-Type': 'application/json',
        'User-Agent': 'alert-router',
        'Idempotency-Key': message.idempotencyKey,
        ...webhookHeaders(message.idempotencyKey, message.sentAt, body, key),
      }
      try {
        const answer = await deps.fetch(endpoint.address, { method: 'POST', headers, body, signal })
        return await receiptOf(answer, endpoint, deps.now())
      } catch (error) {
        return receiptOfFailure(error, endpoint)
      }
    },
  }
}

const badSecret: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: 'the signing secret is empty or is not whsec_ followed by base64: set it anew',
  retryAfterMs: null,
  about: 'destination',
}

/** The status decides; the body is only quoted, and one that breaks off changes nothing. */
async function receiptOf(answer: Response, endpoint: Endpoint, now: number): Promise<Receipt> {
  const body = await answer.text().catch(() => '')
  return {
    ...classifyStatus(answer.status),
    status: answer.status,
    detail: safeDetail(`${answer.status} ${body}`, endpoint),
    retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now),
  }
}

/** Any 2xx is success (AM-P14); a redirect is never followed, as the new place was not configured. */
function classifyStatus(status: number): Pick<Receipt, 'outcome' | 'about'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  if (TRANSIENT_STATUSES.has(status) || status >= 500) return { outcome: 'transient' }
  return { outcome: 'permanent', about: PAYLOAD_STATUSES.has(status) ? 'payload' : 'destination' }
}
