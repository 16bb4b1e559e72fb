/** Every answer that a server behind the generic webhook can give, and every way to give none. */
import { describe } from 'vitest'
import { answersAreClassified, faultsAreClassified, type Kind } from './answers.ts'
import { networkFaults } from './network-faults.ts'
import { halfSaying, saying } from './peer.ts'

const webhook: Kind = {
  config: `webhook_configs: [{ url: 'env:PAYMENTS_WEBHOOK_URL' }]`,
  origin: 'https://hooks.example',
  endpointAt: (origin) => ({ address: `${origin}/hook/very-secret-path`, secret: null, host: null }),
  tlsOnly: false,
}

const taken = { outcome: 'delivered' } as const
const dead = { outcome: 'permanent', about: 'destination' } as const
const disliked = { outcome: 'permanent', about: 'payload' } as const
const later = { outcome: 'transient' } as const

describe('any 2xx is a yes', () => {
  answersAreClassified(webhook, [
    ['200', saying(200, 'anything'), { ...taken, status: 200 }],
    ['200 empty', saying(200), taken],
    ['200 page', saying(200, '<html></html>'), taken],
    ['200 that breaks off', halfSaying(200, 'tha'), { ...taken, status: 200 }],
    ['201', saying(201), taken],
    ['202', saying(202), taken],
    ['204', saying(204), { ...taken, status: 204 }],
    ['206', saying(206), taken],
    ['299', saying(299), taken],
  ])
})

describe('a refusal of the destination', () => {
  answersAreClassified(webhook, [
    ['301', saying(301, '', { Location: 'https://a.example/' }), { ...dead, status: 301 }],
    ['302 to the inside', saying(302, '', { Location: 'http://127.0.0.1/' }), { ...dead, status: 302 }],
    ['302 to the same place', saying(302, '', { Location: '/hook/very-secret-path' }), dead],
    ['303', saying(303, '', { Location: 'https://a.example/' }), dead],
    ['304', saying(304), { ...dead, status: 304 }],
    ['307', saying(307, '', { Location: 'http://127.0.0.1/' }), dead],
    ['308', saying(308, '', { Location: 'https://a.example/' }), dead],
    ['401', saying(401), dead],
    ['402', saying(402), dead],
    ['403', saying(403), dead],
    ['404', saying(404), dead],
    ['405', saying(405), dead],
    ['406', saying(406), dead],
    ['410', saying(410), dead],
    ['418', saying(418), dead],
    ['451', saying(451), dead],
  ])
})

describe('a refusal of the payload', () => {
  answersAreClassified(webhook, [
    ['400', saying(400), { ...disliked, status: 400 }],
    ['409', saying(409), disliked],
    ['413', saying(413), disliked],
    ['415', saying(415), disliked],
    ['422', saying(422), disliked],
  ])
})

describe('later', () => {
  answersAreClassified(webhook, [
    ['408', saying(408), { ...later, status: 408 }],
    ['425', saying(425), later],
    ['429', saying(429), later],
    ['429 with seconds', saying(429, '', { 'Retry-After': '30' }), { ...later, retryAfterMs: 30_000 }],
    ['429 with 0', saying(429, '', { 'Retry-After': '0' }), { ...later, retryAfterMs: 0 }],
    [
      '429 with a date',
      saying(429, '', { 'Retry-After': 'Fri, 20 Nov 2026 12:02:30 GMT' }),
      { ...later, retryAfterMs: 90_000 },
    ],
    ['429 with a day', saying(429, '', { 'Retry-After': '86400' }), { ...later, retryAfterMs: 900_000 }],
    ['500', saying(500, 'oops'), { ...later, status: 500 }],
    ['501', saying(501), later],
    ['502', saying(502), later],
    ['503', saying(503), later],
    ['503 with seconds', saying(503, '', { 'Retry-After': '9' }), { ...later, retryAfterMs: 9_000 }],
    ['503 that breaks off', halfSaying(503, 'half', { 'Retry-After': '9' }), { ...later, retryAfterMs: 9_000 }],
    ['504', saying(504), later],
    ['507', saying(507), later],
    ['599', saying(599), later],
  ])
})

describe('no answer', () => faultsAreClassified(webhook, networkFaults))
