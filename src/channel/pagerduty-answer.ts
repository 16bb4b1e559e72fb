/** What PagerDuty's answer to an event means. https://developer.pagerduty.com/docs/events-api-v2/overview/#response-codes--retry-logic */
import type { Receipt } from './channel.ts'

/** `Invalid routing key`, `Length of 'routing_key' is incorrect`: the key will take no event at all. */
const ABOUT_THE_KEY = /\b(routing|integration|service)[ _-]?key\b/i

/**
 * 202 means taken. A refusal is believed when it is a 400 or 413, or speaks JSON as PagerDuty does; anything else was
 * said by something in between and passes. Another 2xx may hide an event that was taken; to send it again is harmless,
 * as it carries its dedup_key.
 */
export function classifyPagerDutyAnswer(status: number, body: string): Pick<Receipt, 'outcome' | 'about'> {
  if (status === 202 && isJsonObject(body)) return { outcome: 'delivered' }
  if (status >= 200 && status < 300) return { outcome: 'unknown' }
  if (status === 400) return { outcome: 'permanent', about: ABOUT_THE_KEY.test(body) ? 'destination' : 'payload' }
  if (status === 413) return { outcome: 'permanent', about: 'payload' }
  if (status === 408 || status === 429 || status >= 500 || !isJsonObject(body)) return { outcome: 'transient' }
  return { outcome: 'permanent', about: 'destination' }
}

function isJsonObject(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
