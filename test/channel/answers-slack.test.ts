/** Every answer that Slack, or something before it, can give to an incoming webhook, and every way to give none. */
import { describe } from 'vitest'
import { answersAreClassified, faultsAreClassified, type Kind } from './answers.ts'
import { networkFaults } from './network-faults.ts'
import { type Answer, breaksOff, halfSaying, saying } from './peer.ts'

const slack: Kind = {
  config: `slack_configs: [{ api_url: 'env:PAYMENTS_SLACK_URL' }]`,
  origin: 'https://hooks.slack.com',
  endpointAt: (origin) => ({
    address: `${origin}/services/T00000000/B00000000/SecretSecretSecretSecret`,
    secret: null,
    host: null,
  }),
  tlsOnly: false,
}

const page = '<html><h1>Bad Gateway</h1></html>'
const dead = { outcome: 'permanent', about: 'destination' } as const
const later = { outcome: 'transient' } as const
const nobodyKnows = { outcome: 'unknown' } as const

describe('Slack has it', () => {
  answersAreClassified(slack, [['200 ok', saying(200, 'ok'), { outcome: 'delivered', status: 200 }]])
})

describe('nobody knows whether Slack has it', () => {
  answersAreClassified(slack, [
    ['200 ok and a newline', saying(200, 'ok\n'), { ...nobodyKnows, status: 200 }],
    ['200 OK', saying(200, 'OK'), nobodyKnows],
    ['200 empty', saying(200), nobodyKnows],
    ['200 in JSON', saying(200, '{"ok":true}'), nobodyKnows],
    ['200 page', saying(200, '<html>Welcome</html>'), nobodyKnows],
    ['200 ok that breaks off', halfSaying(200, 'ok'), { ...nobodyKnows, status: 200 }],
    ['201 ok', saying(201, 'ok'), nobodyKnows],
    ['202', saying(202), nobodyKnows],
    ['204', saying(204), { ...nobodyKnows, status: 204 }],
  ])
})

describe('the hook, its channel or its workspace takes no message', () => {
  answersAreClassified(slack, [
    ['200 invalid_token', saying(200, 'invalid_token'), { ...dead, status: 200 }],
    ['400 invalid_token', saying(400, 'invalid_token'), { ...dead, status: 400 }],
    ['403 action_prohibited', saying(403, 'action_prohibited'), { ...dead, status: 403 }],
    ['403 posting_to_general_channel_denied', saying(403, 'posting_to_general_channel_denied'), dead],
    ['404 no_service', saying(404, 'no_service'), { ...dead, status: 404 }],
    ['404 no_service_id', saying(404, 'no_service_id'), dead],
    ['404 no_active_hooks', saying(404, 'no_active_hooks'), dead],
    ['404 no_team', saying(404, 'no_team'), dead],
    ['404 team_disabled', saying(404, 'team_disabled'), dead],
    ['404 channel_not_found', saying(404, 'channel_not_found'), dead],
    ['404 user_not_found', saying(404, 'user_not_found'), dead],
    ['410 channel_is_archived', saying(410, 'channel_is_archived'), { ...dead, status: 410 }],
    ['500 no_service: the word counts, not the status', saying(500, 'no_service'), { ...dead, status: 500 }],
    ['401', saying(401), dead],
    ['403 nothing known', saying(403, 'no such luck'), dead],
    ['404 nothing known', saying(404, 'gone fishing'), dead],
    ['404 page', saying(404, page), dead],
    ['405', saying(405), dead],
    ['418', saying(418), dead],
    ['301', saying(301, '', { Location: 'https://slack.com/' }), { ...dead, status: 301 }],
    ['302 to the inside', saying(302, '', { Location: 'http://127.0.0.1/' }), { ...dead, status: 302 }],
    ['302 to the same place', saying(302, '', { Location: '/services/T00000000/B00000000/x' }), dead],
    ['307', saying(307, '', { Location: 'http://127.0.0.1/' }), dead],
    ['308', saying(308, '', { Location: 'http://127.0.0.1/' }), dead],
  ])
})

describe('Slack dislikes the message: it is sent once more, plain', () => {
  const disliked = { outcome: 'permanent', about: 'payload', requests: 2 } as const
  answersAreClassified(slack, [
    ['400 invalid_payload', saying(400, 'invalid_payload'), { ...disliked, status: 400 }],
    ['400 invalid_blocks', saying(400, 'invalid_blocks'), disliked],
    ['400 invalid_blocks_format', saying(400, 'invalid_blocks_format'), disliked],
    ['400 invalid_attachments', saying(400, 'invalid_attachments'), disliked],
    ['400 no_text', saying(400, 'no_text'), disliked],
    ['400 msg_blocks_too_long', saying(400, 'msg_blocks_too_long'), disliked],
    ['400 msg_too_long', saying(400, 'msg_too_long'), disliked],
    ['400 too_many_attachments', saying(400, 'too_many_attachments'), disliked],
    ['400 missing_text_or_fallback_or_attachments', saying(400, 'missing_text_or_fallback_or_attachments'), disliked],
    ['400 nothing known', saying(400, 'something new'), disliked],
    ['413', saying(413), disliked],
    ['422', saying(422), disliked],
    ['the plain one is taken', onlyBlocks(saying(200, 'ok')), { outcome: 'delivered', status: 200, requests: 2 }],
    [
      'the plain one comes too soon',
      onlyBlocks(saying(429, '', { 'Retry-After': '3' })),
      { ...later, status: 429, retryAfterMs: 3_000, requests: 2 },
    ],
    ['the plain one breaks off', onlyBlocks(breaksOff), { ...nobodyKnows, status: null, requests: 2 }],
    ['the plain one meets a dead hook', onlyBlocks(saying(404, 'no_service')), { ...dead, requests: 2 }],
  ])
})

describe('later', () => {
  answersAreClassified(slack, [
    ['408', saying(408), { ...later, status: 408 }],
    ['429', saying(429, 'rate_limited'), { ...later, status: 429 }],
    ['429 with seconds', saying(429, 'rate_limited', { 'Retry-After': '30' }), { ...later, retryAfterMs: 30_000 }],
    ['429 with 0', saying(429, 'rate_limited', { 'Retry-After': '0' }), { ...later, retryAfterMs: 0 }],
    [
      '429 with a date',
      saying(429, '', { 'Retry-After': 'Fri, 20 Nov 2026 12:02:30 GMT' }),
      { ...later, retryAfterMs: 90_000 },
    ],
    [
      '429 with a date that is past',
      saying(429, '', { 'Retry-After': 'Fri, 20 Nov 2026 11:00:00 GMT' }),
      { ...later, retryAfterMs: 0 },
    ],
    ['429 with a day', saying(429, '', { 'Retry-After': '86400' }), { ...later, retryAfterMs: 900_000 }],
    ['429 with a word', saying(429, '', { 'Retry-After': 'soon' }), later],
    ['429 that breaks off', halfSaying(429, 'rate', { 'Retry-After': '7' }), { ...later, retryAfterMs: 7_000 }],
    ['500 rollup_error', saying(500, 'rollup_error'), { ...later, status: 500 }],
    ['500 empty', saying(500), later],
    ['502 page', saying(502, page), later],
    ['503 with seconds', saying(503, '', { 'Retry-After': '5' }), { ...later, status: 503, retryAfterMs: 5_000 }],
    ['503 that breaks off', halfSaying(503, page), { ...later, status: 503 }],
    ['504', saying(504), later],
    ['599', saying(599), later],
  ])
})

describe('no answer of Slack', () => faultsAreClassified(slack, networkFaults))

/** Dislikes blocks, and does `then` with plain messages. */
function onlyBlocks(then: Answer): Answer {
  return (response, request, socket) => {
    if ('blocks' in JSON.parse(request.body)) response.writeHead(400).end('invalid_blocks')
    else then(response, request, socket)
  }
}
