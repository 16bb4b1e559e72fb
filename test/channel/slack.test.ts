/** Sending to Slack: every answer the vendor can give, and every way to give none, has its class. */
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Receipt } from '../../src/channel/channel.ts'
import { plainSlack, renderSlack } from '../../src/channel/slack-message.ts'
import { message } from './messages.ts'
import { type Answer, type Peer, saying, startPeer } from './peer.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)
const HOOK = '/services/T00000000/B00000000/SecretSecretSecretSecret'

function sendTo(peer: Peer, timeoutMs = 5_000): Promise<Receipt> {
  const { slack } = buildChannels({ allow: peer.allow, now: () => NOW })
  return slack.send(message(), { address: peer.url + HOOK, secret: null }, AbortSignal.timeout(timeoutMs))
}

const cut: Answer = (_response, _request, socket) => socket.resetAndDestroy()

describe('classes of answers', () => {
  it.each<[string, Answer, Partial<Receipt>]>([
    ['200 ok', saying(200, 'ok'), { outcome: 'delivered', status: 200 }],
    ['200 invalid_token', saying(200, 'invalid_token'), { outcome: 'permanent', about: 'destination' }],
    ['200 with a newline after ok', saying(200, 'ok\n'), { outcome: 'unknown' }],
    ['200 empty', saying(200), { outcome: 'unknown', status: 200 }],
    ['200 page of a proxy', saying(200, '<html>Welcome</html>'), { outcome: 'unknown', status: 200 }],
    ['204', saying(204), { outcome: 'unknown', status: 204 }],
    ['200 ok that breaks off', halfAnswer, { outcome: 'unknown', status: 200 }],
    [
      '301',
      saying(301, '', { Location: 'https://slack.com/' }),
      { outcome: 'permanent', about: 'destination', status: 301 },
    ],
    ['302', saying(302, '', { Location: 'http://127.0.0.1/' }), { outcome: 'permanent', about: 'destination' }],
    ['400 invalid_token', saying(400, 'invalid_token'), { outcome: 'permanent', about: 'destination' }],
    ['403 action_prohibited', saying(403, 'action_prohibited'), { outcome: 'permanent', about: 'destination' }],
    [
      '403 posting_to_general_channel_denied',
      saying(403, 'posting_to_general_channel_denied'),
      { outcome: 'permanent', about: 'destination' },
    ],
    ['404 no_service', saying(404, 'no_service'), { outcome: 'permanent', about: 'destination' }],
    ['404 no_service_id', saying(404, 'no_service_id'), { outcome: 'permanent', about: 'destination' }],
    ['404 no_active_hooks', saying(404, 'no_active_hooks'), { outcome: 'permanent', about: 'destination' }],
    ['404 no_team', saying(404, 'no_team'), { outcome: 'permanent', about: 'destination' }],
    ['404 team_disabled', saying(404, 'team_disabled'), { outcome: 'permanent', about: 'destination' }],
    ['404 channel_not_found', saying(404, 'channel_not_found'), { outcome: 'permanent', about: 'destination' }],
    ['404 user_not_found', saying(404, 'user_not_found'), { outcome: 'permanent', about: 'destination' }],
    [
      '410 channel_is_archived',
      saying(410, 'channel_is_archived'),
      { outcome: 'permanent', about: 'destination', status: 410 },
    ],
    ['404 nothing known', saying(404, 'gone fishing'), { outcome: 'permanent', about: 'destination' }],
    ['418', saying(418), { outcome: 'permanent', about: 'destination' }],
    [
      '500 no_service: the word counts, not the status',
      saying(500, 'no_service'),
      { outcome: 'permanent', about: 'destination' },
    ],
    ['408', saying(408), { outcome: 'transient' }],
    ['429', saying(429, 'rate_limited'), { outcome: 'transient', retryAfterMs: null }],
    ['429 with seconds', saying(429, '', { 'Retry-After': '30' }), { outcome: 'transient', retryAfterMs: 30_000 }],
    [
      '429 with a date',
      saying(429, '', { 'Retry-After': 'Fri, 20 Nov 2026 14:03:30 GMT' }),
      { outcome: 'transient', retryAfterMs: 90_000 },
    ],
    ['429 with a day', saying(429, '', { 'Retry-After': '86400' }), { outcome: 'transient', retryAfterMs: 900_000 }],
    ['500 rollup_error', saying(500, 'rollup_error'), { outcome: 'transient', status: 500 }],
    ['502 page', saying(502, '<h1>Bad Gateway</h1>'), { outcome: 'transient' }],
    ['503 with seconds', saying(503, '', { 'Retry-After': '5' }), { outcome: 'transient', retryAfterMs: 5_000 }],
    ['504', saying(504), { outcome: 'transient' }],
    ['connection reset', cut, { outcome: 'unknown', status: null }],
    ['answer that is not HTTP', (_r, _q, socket) => socket.end('hello\r\n'), { outcome: 'unknown', status: null }],
  ])('%s', async (_, answer, expected) => {
    const peer = await startPeer(answer)
    expect(await sendTo(peer)).toMatchObject({ retryAfterMs: null, ...expected })
    expect(peer.requests).toHaveLength(1)
  })

  it('no answer in time', async () => {
    const peer = await startPeer(() => {})
    expect(await sendTo(peer, 100)).toEqual({
      outcome: 'unknown',
      status: null,
      detail: 'no answer after the request was sent: timed out',
      retryAfterMs: null,
    })
  })

  it('nobody listens', async () => {
    const { slack } = buildChannels({ allow: [{ host: '127.0.0.1', port: 1 }], now: () => NOW })
    const receipt = await slack.send(
      message(),
      { address: `http://127.0.0.1:1${HOOK}`, secret: null },
      AbortSignal.timeout(5_000),
    )
    expect(receipt).toMatchObject({ outcome: 'transient', status: null })
    expect(receipt.detail).toContain('not sent')
  })

  it('a name that does not resolve', async () => {
    const resolve = async () => Promise.reject(new Error('getaddrinfo EAI_AGAIN hooks.slack.com'))
    const { slack } = buildChannels({ allow: [], now: () => NOW, resolve })
    const receipt = await slack.send(
      message(),
      { address: `https://hooks.slack.com${HOOK}`, secret: null },
      AbortSignal.timeout(5_000),
    )
    expect(receipt).toMatchObject({ outcome: 'transient', detail: 'not sent: getaddrinfo EAI_AGAIN hooks.slack.com' })
  })

  it('a name that resolves to the inside', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const { slack } = buildChannels({ allow: [], now: () => NOW, resolve })
    const receipt = await slack.send(
      message(),
      { address: `https://hooks.slack.com${HOOK}`, secret: null },
      AbortSignal.timeout(5_000),
    )
    expect(receipt).toMatchObject({ outcome: 'permanent', about: 'destination', status: null })
  })
})

describe('when Slack refuses the payload', () => {
  it.each([
    [400, 'invalid_payload'],
    [400, 'invalid_blocks'],
    [400, 'no_text'],
    [400, 'msg_blocks_too_long'],
    [400, 'too_many_attachments'],
    [400, 'something new'],
    [413, ''],
  ])('%d %s: a plain message follows and is delivered', async (status, body) => {
    const peer = await startPeer((response, request) =>
      'blocks' in JSON.parse(request.body) ? response.writeHead(status).end(body) : response.end('ok'),
    )
    const receipt = await sendTo(peer)
    expect(receipt).toMatchObject({ outcome: 'delivered', status: 200 })
    expect(receipt.detail).toContain(body || '413')
    expect(peer.requests).toHaveLength(2)
    expect(JSON.parse(peer.requests[1]?.body ?? '').text).toBe(plainSlack(message()).text)
  })

  it('and the plain one too: permanent, about the payload, tried once more only', async () => {
    const peer = await startPeer(saying(400, 'invalid_payload'))
    expect(await sendTo(peer)).toMatchObject({ outcome: 'permanent', about: 'payload', status: 400 })
    expect(peer.requests).toHaveLength(2)
  })

  it('and the plain one meets a limit: transient, with its Retry-After', async () => {
    const peer = await startPeer((response, request) =>
      'blocks' in JSON.parse(request.body)
        ? response.writeHead(400).end('invalid_blocks')
        : response.writeHead(429, { 'Retry-After': '3' }).end(),
    )
    const receipt = await sendTo(peer)
    expect(receipt).toMatchObject({ outcome: 'transient', status: 429, retryAfterMs: 3_000 })
    expect(receipt.about).toBeUndefined()
  })

  it('and the plain one breaks off: unknown', async () => {
    const peer = await startPeer((response, request, socket) =>
      'blocks' in JSON.parse(request.body) ? response.writeHead(400).end('invalid_blocks') : socket.resetAndDestroy(),
    )
    expect(await sendTo(peer)).toMatchObject({ outcome: 'unknown', status: null })
  })
})

describe('what is sent', () => {
  it('one JSON post of the rendered message, without unfurling', async () => {
    const peer = await startPeer(saying(200, 'ok'))
    await sendTo(peer)
    const [request] = peer.requests
    expect(request).toMatchObject({ method: 'POST', path: HOOK })
    expect(request?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(request?.body ?? '')).toEqual({
      ...renderSlack(message()),
      unfurl_links: false,
      unfurl_media: false,
    })
  })

  it('keeps the hook out of the log when the peer repeats it', async () => {
    const peer = await startPeer((response, request) =>
      response.writeHead(404).end(`Cannot POST ${request.path} (SecretSecretSecretSecret of T00000000)`),
    )
    const { detail } = await sendTo(peer)
    expect(detail).toBe('404 Cannot POST *** (*** of ***)')
  })

  it('keeps the log short and clean', async () => {
    const peer = await startPeer(saying(500, `a\n\u0000b\u202e${'😀'.repeat(50_000)}`))
    const { detail } = await sendTo(peer)
    expect(detail).toMatch(/^500 a b😀+…$/u)
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(1024)
  })
})

describe('URLs that are no Slack hook', () => {
  it.each([
    'https://hooks.slack.com/',
    'https://hooks.slack.com/services',
    'https://hooks.slack.com/services/',
    'https://hooks.slack.com/other/T0/B0/x',
    'https://hooks.slack.com/services/../other/x',
    'https://hooks.slack.com:8443/services/T0/B0/x',
    'https://hooks.slack.com.evil.example/services/T0/B0/x',
    'https://evil.example/https://hooks.slack.com/services/x',
    'https://user@hooks.slack.com/services/T0/B0/x',
    'https://hooks.slack.com@evil.example/services/T0/B0/x',
    'http://hooks.slack.com/services/T0/B0/x',
    'https://slack.com/services/T0/B0/x',
    'https://xhooks.slack.com/services/T0/B0/x',
    'ftp://hooks.slack.com/services/T0/B0/x',
    'not a url',
    '',
  ])('%s', async (url) => {
    const resolve = () => Promise.reject(new Error('must not be resolved'))
    const { slack } = buildChannels({ allow: [], now: () => NOW, resolve })
    const receipt = await slack.send(message(), { address: url, secret: null }, AbortSignal.timeout(5_000))
    expect(receipt).toMatchObject({ outcome: 'permanent', about: 'destination' })
    expect(receipt.detail).toContain('not a Slack webhook URL')
  })

  it.each([
    'https://hooks.slack.com/services/T0/B0/x',
    'https://hooks.slack.com/workflows/T0/A0/1/x',
    'https://hooks.slack.com/triggers/T0/1/x',
    'https://hooks.slack-gov.com/services/T0/B0/x',
    'HTTPS://HOOKS.SLACK.COM:443/services/T0/B0/x',
  ])('but %s is one', async (url) => {
    const resolve = () => Promise.reject(new Error('asked for the name'))
    const { slack } = buildChannels({ allow: [], now: () => NOW, resolve })
    const receipt = await slack.send(message(), { address: url, secret: null }, AbortSignal.timeout(5_000))
    expect(receipt).toMatchObject({ outcome: 'transient', detail: 'not sent: asked for the name' })
  })
})

/** Says `ok`, then dies before the answer is complete. */
function halfAnswer(...[response, , socket]: Parameters<Answer>): void {
  response.writeHead(200, { 'Content-Length': '3' })
  response.write('ok', () => socket.resetAndDestroy())
}
