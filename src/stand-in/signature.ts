/** Verifies a Standard Webhooks signature as a receiver would: https://www.standardwebhooks.com */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Received } from './stand-in.ts'

/** A sender's clock may be this far from ours. */
const toleranceMs = 5 * 60_000

/**
 * Null if the request is signed with `secret` (`whsec_` and base64) and fresh at `now` (epoch ms); else what is wrong
 * with it, in words for a failure message.
 */
export function signatureFault({ headers, body }: Received, secret: string, now: number): string | null {
  const id = String(headers['webhook-id'] ?? '')
  const timestamp = String(headers['webhook-timestamp'] ?? '')
  const signatures = String(headers['webhook-signature'] ?? '')
  if (id === '' || timestamp === '' || signatures === '')
    return 'the webhook-id, -timestamp or -signature header is missing'
  if (!/^\d+$/.test(timestamp)) return `webhook-timestamp is not in whole seconds: ${timestamp}`
  if (Math.abs(Number(timestamp) * 1_000 - now) > toleranceMs) return 'webhook-timestamp is more than 5 minutes off'
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const matches = signatures.split(' ').some((entry) => {
    const [version, value] = entry.split(',')
    const given = Buffer.from(value ?? '', 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
  return matches ? null : 'no webhook-signature fits the body'
}
