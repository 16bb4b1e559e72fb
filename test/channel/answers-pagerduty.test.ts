/** Every answer that PagerDuty, or something before it, can give to an event, and every way to give none. */
import { describe } from 'vitest'
import { answersAreClassified, faultsAreClassified, type Kind } from './answers.ts'
import { networkFaults } from './network-faults.ts'
import { type Answer, breaksOff, halfSaying, saying } from './peer.ts'

const pagerDuty: Kind = {
  config: `pagerduty_configs: [{ routing_key: 'env:PAYMENTS_KEY' }]`,
  origin: 'https://events.pagerduty.com',
  endpointAt: (origin) => ({ address: 'R0123456789abcdef0123456789abcde', secret: null, host: new URL(origin).host }),
  tlsOnly: true,
}

const accepted = JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: 'ar-5eed0001-12-3' })
const invalid = (...errors: string[]) =>
  JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors })
const throttled = JSON.stringify({
  status: 'throttle exceeded',
  message: 'Requests for this service are arriving too quickly.',
})
const page = '<html><h1>Bad Gateway</h1></html>'

const wrongKey = { outcome: 'permanent', about: 'destination', status: 400 } as const
const refused = { outcome: 'permanent', about: 'destination' } as const
const later = { outcome: 'transient' } as const

describe('an answer of PagerDuty', () => {
  answersAreClassified(pagerDuty, [
    ['202', saying(202, accepted), { outcome: 'delivered', status: 202 }],
    ['400 Invalid routing key', saying(400, invalid('Invalid routing key')), wrongKey],
    ['400 Invalid routing key, as text', saying(400, 'Invalid routing key'), wrongKey],
    [
      "400 length of 'routing_key'",
      saying(400, invalid("Length of 'routing_key' is incorrect (should be 32 characters)")),
      wrongKey,
    ],
    [
      "400 characters of 'routing_key'",
      saying(400, invalid("'routing_key' cannot contain non-alphanumeric characters.")),
      wrongKey,
    ],
    ["400 'routing_key' missing", saying(400, invalid("'routing_key' is missing or blank")), wrongKey],
    [
      '400 about the event: tried once more without details',
      saying(400, invalid("'payload.summary' is missing or blank")),
      { outcome: 'permanent', about: 'payload', status: 400, requests: 2 },
    ],
    [
      '400 about details only: the event without them is taken',
      onlyWithDetails(400, invalid("'payload.custom_details' is too deep")),
      { outcome: 'delivered', status: 202, requests: 2 },
    ],
    [
      '400 about details only, then 429',
      onlyWithDetails(400, invalid('no'), saying(429, throttled, { 'Retry-After': '7' })),
      { outcome: 'transient', status: 429, retryAfterMs: 7_000, requests: 2 },
    ],
    [
      '400 about details only, then a reset',
      onlyWithDetails(400, invalid('no'), breaksOff),
      { outcome: 'unknown', status: null, requests: 2 },
    ],
    ['400 page', saying(400, page), { outcome: 'permanent', about: 'payload', requests: 2 }],
    ['413 page', saying(413, page), { outcome: 'permanent', about: 'payload', requests: 2 }],
    ['401', saying(401, '{"error":"unauthorized"}'), { ...refused, status: 401 }],
    ['403', saying(403, '{"status":"forbidden"}'), { ...refused, status: 403 }],
    ['404', saying(404, '{"status":"not found"}'), { ...refused, status: 404 }],
    ['410', saying(410, '{"status":"gone"}'), { ...refused, status: 410 }],
    ['429', saying(429, throttled), { ...later, status: 429, retryAfterMs: null }],
    ['429 with seconds', saying(429, throttled, { 'Retry-After': '30' }), { ...later, retryAfterMs: 30_000 }],
    [
      '429 with a date',
      (r) => r.writeHead(429, { 'Retry-After': 'Fri, 20 Nov 2026 12:02:30 GMT' }).end(throttled),
      { ...later, retryAfterMs: 90_000 },
    ],
    ['429 with a day', saying(429, throttled, { 'Retry-After': '86400' }), { ...later, retryAfterMs: 900_000 }],
    ['429 with 0', saying(429, throttled, { 'Retry-After': '0' }), { ...later, retryAfterMs: 0 }],
    ['429 page', saying(429, page), { ...later, status: 429 }],
    [
      '429 that never ends',
      (response) => void response.writeHead(429, { 'Retry-After': '3' }).write('{'),
      { ...later, retryAfterMs: 3_000 },
    ],
    ['429 that breaks off', halfSaying(429, '{"status":'), { ...later, status: 429 }],
    ['408', saying(408), later],
    ['500', saying(500, '{"status":"error"}'), { ...later, status: 500 }],
    ['500 empty', saying(500), later],
    ['502 page', saying(502, page), { ...later, status: 502 }],
    ['503 with seconds', saying(503, page, { 'Retry-After': '9' }), { ...later, retryAfterMs: 9_000 }],
    ['503 that breaks off', halfSaying(503, '{"status":'), { ...later, status: 503 }],
    ['504', saying(504), later],
  ])
})

describe('an answer of something before PagerDuty', () => {
  answersAreClassified(pagerDuty, [
    ['200 page', saying(200, page), { outcome: 'unknown', status: 200 }],
    ['200 in JSON', saying(200, accepted), { outcome: 'unknown', status: 200 }],
    ['202 page', saying(202, page), { outcome: 'unknown', status: 202 }],
    ['202 empty', saying(202), { outcome: 'unknown', status: 202 }],
    ['202 that breaks off', halfSaying(202, '{"status":'), { outcome: 'unknown', status: 202 }],
    ['204', saying(204), { outcome: 'unknown', status: 204 }],
    ['301', saying(301, '', { Location: 'https://example.com/' }), { ...later, status: 301 }],
    ['302 to here', saying(302, '', { Location: '/v2/enqueue' }), { ...later, status: 302 }],
    ['307', saying(307, page, { Location: 'http://127.0.0.1/' }), { ...later, status: 307 }],
    ['401 page', saying(401, page), { ...later, status: 401 }],
    ['403 page', saying(403, page), { ...later, status: 403 }],
    ['404 page', saying(404, page), { ...later, status: 404 }],
    ['407 page', saying(407, page), { ...later, status: 407 }],
  ])
})

describe('no answer of PagerDuty', () => faultsAreClassified(pagerDuty, networkFaults))

/** Refuses events with details, and does `then` with those without. */
function onlyWithDetails(status: number, body: string, then: Answer = saying(202, accepted)): Answer {
  return (response, request, socket) => {
    const hasDetails = 'custom_details' in JSON.parse(request.body).payload
    if (hasDetails) response.writeHead(status).end(body)
    else then(response, request, socket)
  }
}
