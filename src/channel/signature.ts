/** Signatures of outgoing webhooks as Standard Webhooks defines them, so that receivers can use any of its libraries. */
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: id and time always, the
 * signature (HMAC-SHA256 over `id.timestamp.body`) when there is a key. `at` is epoch ms.
 */
export function webhookHeaders(id: string, at: number, body: string, key: Buffer | null): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (key === null) return headers
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${mac}` }
}

/** `whsec_<base64>` is decoded, any other text is the key itself. Null when nothing usable is left: that signs nothing. */
export function signingKey(secret: string): Buffer | null {
  if (!secret.startsWith(PREFIX)) return secret === '' ? null : Buffer.from(secret)
  const encoded = secret.slice(PREFIX.length)
  return /^[A-Za-z0-9+/]{4,}={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : null
}
