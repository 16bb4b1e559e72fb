/** PagerDuty by Events API v2: one incident per group life, opened, kept up to date and closed under one dedup_key. */
import { event } from '@pagerduty/pdjs'
import { type AllowedDestination, isAllowedDestination } from './allow.ts'
import type { Channel, Endpoint, Message, Receipt } from './channel.ts'
import type { Guard } from './guard.ts'
import { answerThroughLibrary } from './library.ts'
import { classifyPagerDutyAnswer } from './pagerduty-answer.ts'
import { leastTrigger, type PagerDutyEvent, resolveOf, triggerOf } from './pagerduty-event.ts'
import { receiptOfFailure, safeDetail } from './receipt.ts'
import { retryAfterMs } from './retry-after.ts'

/** The service regions of https://support.pagerduty.com/main/docs/service-regions; an account lives in one of them. */
const EVENT_HOSTS: readonly string[] = ['events.pagerduty.com', 'events.eu.pagerduty.com']

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/#parameters (`routing_key`) */
const INTEGRATION_KEY = /^[A-Za-z0-9]{32}$/

/**
 * pdjs sends what was answered by 429 three times more, after this pause. The repeats never leave (library.ts), so it is
 * only the time in which the rest of a 429 may arrive, to be quoted.
 */
const PDJS_RETRY_PAUSE_MS = 100

/**
 * Any 60 s see at most 10 + 90 events: about 120 a minute are taken per integration key
 * (https://support.pagerduty.com/main/docs/rate-limits#events-api), and others may use it too. One attempt at a time:
 * after a resolve, a late trigger would open a new incident. `now` is epoch ms, for Retry-After dates. Hosts of `allow`
 * may stand in for PagerDuty.
 */
export function pagerDutyChannel(deps: {
  guard: Guard
  allow: readonly AllowedDestination[]
  now: () => number
}): Channel {
  return {
    name: 'pagerduty',
    maxInFlight: 1,
    pace: { burst: 10, everyMs: 667 },
    async send(message: Message, endpoint: Endpoint, signal: AbortSignal): Promise<Receipt> {
      const url = eventsUrl(endpoint.host, deps.allow)
      if (url === null) return notPagerDuty
      if (!INTEGRATION_KEY.test(endpoint.address)) return notAKey
      const post = (data: PagerDutyEvent) => postOnce(url, data, endpoint, signal, deps)
      if (message.status === 'resolved') return post(resolveOf(message, endpoint.address))
      const receipt = await post(triggerOf(message, endpoint.address))
      if (receipt.outcome !== 'permanent' || receipt.about !== 'payload') return receipt
      // PagerDuty took nothing of it, so a second try repeats nothing; better to page with few words than not at all.
      const least = await post(leastTrigger(message, endpoint.address))
      return { ...least, detail: `${least.detail} (without details, after: ${receipt.detail})` }
    },
  }
}

const notPagerDuty: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: `not a host of PagerDuty's Events API: the url must begin with ${EVENT_HOSTS.map((host) => `https://${host}/`).join(' or ')}`,
  retryAfterMs: null,
  about: 'destination',
}

const notAKey: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: 'not an integration key: it has 32 letters and digits; copy that of an "Events API v2" integration',
  retryAfterMs: null,
  about: 'destination',
}

function eventsUrl(host: string | null, allow: readonly AllowedDestination[]): URL | null {
  const url = URL.parse(`https://${host ?? EVENT_HOSTS[0]}/v2/enqueue`)
  return url !== null && (EVENT_HOSTS.includes(url.host) || isAllowedDestination(url, allow)) ? url : null
}

async function postOnce(
  url: URL,
  data: PagerDutyEvent,
  endpoint: Endpoint,
  signal: AbortSignal,
  { guard, now }: { guard: Guard; now: () => number },
): Promise<Receipt> {
  try {
    const answer = await answerThroughLibrary(guard(url), signal, (agent) => {
      // What pdjs does not know it hands on to node-fetch; uncompressed, as the answer is read off the wire.
      const transport = { agent, signal, redirect: 'manual' as const, compress: false }
      // Its own timer ends nothing and would be left running; `signal` is the deadline.
      const pdjs = { requestTimeout: 0, retryTimeout: PDJS_RETRY_PAUSE_MS }
      // Its types know no client, and no `undefined`, which JSON leaves out.
      return event({ server: url.host, data: data as Parameters<typeof event>[0]['data'], ...pdjs, ...transport })
    })
    const body = await answer.text().catch(() => '')
    return {
      ...classifyPagerDutyAnswer(answer.status, body),
      status: answer.status,
      detail: safeDetail(`${answer.status} ${body}`, endpoint),
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now()),
    }
  } catch (error) {
    return receiptOfFailure(error, endpoint)
  }
}
