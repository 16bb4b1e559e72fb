/** The generic webhook: its body, its signature, and the class of every answer. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Message, MessageAlert, Receipt } from '../../src/channel/channel.ts'
import { MAX_BODY_BYTES, webhookBody } from '../../src/channel/webhook-body.ts'
import { alert, labels, message, START, stories } from './messages.ts'
import { type Answer, type Peer, saying, startPeer } from './peer.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)

function sendTo(peer: Peer, secret: string | null = null, timeoutMs = 5_000): Promise<Receipt> {
  const { webhook } = buildChannels({ allow: peer.allow, now: () => NOW })
  return webhook.send(
    message(),
    { address: `${peer.url}/hook/very-secret-path?key=very-secret-key`, secret },
    AbortSignal.timeout(timeoutMs),
  )
}

describe('classes of answers', () => {
  it.each<[string, Answer, Partial<Receipt>]>([
    ['200', saying(200, 'anything'), { outcome: 'delivered', status: 200 }],
    ['201', saying(201), { outcome: 'delivered' }],
    ['202', saying(202), { outcome: 'delivered' }],
    ['204', saying(204), { outcome: 'delivered', status: 204 }],
    ['200 whose body breaks off', halfAnswer, { outcome: 'delivered', status: 200 }],
    ['301', saying(301, '', { Location: 'https://a.example/' }), { outcome: 'permanent', about: 'destination' }],
    ['302', saying(302, '', { Location: 'http://127.0.0.1/' }), { outcome: 'permanent', about: 'destination' }],
    ['304', saying(304), { outcome: 'permanent', about: 'destination' }],
    ['307', saying(307, '', { Location: 'http://127.0.0.1/' }), { outcome: 'permanent', about: 'destination' }],
    ['400', saying(400), { outcome: 'permanent', about: 'payload' }],
    ['401', saying(401), { outcome: 'permanent', about: 'destination' }],
    ['403', saying(403), { outcome: 'permanent', about: 'destination' }],
    ['404', saying(404), { outcome: 'permanent', about: 'destination' }],
    ['405', saying(405), { outcome: 'permanent', about: 'destination' }],
    ['408', saying(408), { outcome: 'transient' }],
    ['409', saying(409), { outcome: 'permanent', about: 'payload' }],
    ['410', saying(410), { outcome: 'permanent', about: 'destination' }],
    ['413', saying(413), { outcome: 'permanent', about: 'payload' }],
    ['415', saying(415), { outcome: 'permanent', about: 'payload' }],
    ['422', saying(422), { outcome: 'permanent', about: 'payload' }],
    ['425', saying(425), { outcome: 'transient' }],
    ['429', saying(429), { outcome: 'transient', retryAfterMs: null }],
    ['429 with seconds', saying(429, '', { 'Retry-After': '30' }), { outcome: 'transient', retryAfterMs: 30_000 }],
    [
      '429 with a date',
      saying(429, '', { 'Retry-After': 'Fri, 20 Nov 2026 14:03:30 GMT' }),
      { outcome: 'transient', retryAfterMs: 90_000 },
    ],
    ['500', saying(500, 'oops'), { outcome: 'transient', status: 500 }],
    ['501', saying(501), { outcome: 'transient' }],
    ['503 with seconds', saying(503, '', { 'Retry-After': '9' }), { outcome: 'transient', retryAfterMs: 9_000 }],
    ['connection reset', (_r, _q, socket) => socket.resetAndDestroy(), { outcome: 'unknown', status: null }],
  ])('%s', async (_, answer, expected) => {
    const peer = await startPeer(answer)
    expect(await sendTo(peer)).toMatchObject({ retryAfterMs: null, ...expected })
    expect(peer.requests).toHaveLength(1)
  })

  it('no answer in time', async () => {
    const peer = await startPeer(() => {})
    expect(await sendTo(peer, null, 100)).toMatchObject({ outcome: 'unknown', status: null })
  })

  it.each([
    ['http', 'http://public.example/'],
    ['an inside address', 'https://169.254.169.254/latest/meta-data/'],
    ['no URL', 'nonsense'],
  ])('refused by the guard: %s', async (_, url) => {
    const { webhook } = buildChannels({ allow: [], now: () => NOW })
    const receipt = await webhook.send(message(), { address: url, secret: null }, AbortSignal.timeout(5_000))
    expect(receipt).toMatchObject({ outcome: 'permanent', about: 'destination', status: null })
  })

  it('keeps path, key and secret out of the log', async () => {
    const peer = await startPeer((response, request) =>
      response.writeHead(500).end(`${request.path} very-secret-path very-secret-key shared-secret`),
    )
    const { detail } = await sendTo(peer, 'shared-secret')
    expect(detail).not.toMatch(/secret/)
    expect(detail).toMatch(/^500 \*\*\*/)
  })
})

it('hides a secret whole when another secret is its beginning', async () => {
  const peer = await startPeer(saying(404, 'no such hook: tenant-12-token-34'))
  const { webhook } = buildChannels({ allow: peer.allow, now: () => NOW })
  const endpoint = { address: `${peer.url}/tenant-12/tenant-12-token-34`, secret: null }
  const { detail } = await webhook.send(message(), endpoint, AbortSignal.timeout(5_000))
  expect(detail).toBe('404 no such hook: ***')
})

describe('the signature', () => {
  const raw = Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64')

  it.each([
    ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', raw],
    ['plain text', Buffer.from('plain text')],
  ])('by %s can be checked by the receiver', async (secret, key) => {
    const peer = await startPeer(saying(200))
    expect((await sendTo(peer, secret)).outcome).toBe('delivered')
    const { headers, body } = peer.requests[0] ?? expect.unreachable()
    expect(headers['webhook-id']).toBe('ar-5eed0001-12-3-4711')
    expect(headers['idempotency-key']).toBe('ar-5eed0001-12-3-4711')
    expect(headers['webhook-timestamp']).toBe(String((START + 6_000) / 1_000))
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  })

  it('is absent without a secret; the id stays', async () => {
    const peer = await startPeer(saying(200))
    await sendTo(peer, null)
    expect(peer.requests[0]?.headers).toMatchObject({
      'webhook-id': 'ar-5eed0001-12-3-4711',
      'idempotency-key': 'ar-5eed0001-12-3-4711',
    })
    expect(peer.requests[0]?.headers).not.toHaveProperty('webhook-signature')
  })

  it.each(['', 'whsec_', 'whsec_???', 'whsec_='])('by %j is refused before anything is sent', async (secret) => {
    const peer = await startPeer(saying(200))
    expect(await sendTo(peer, secret)).toMatchObject({ outcome: 'permanent', about: 'destination' })
    expect(peer.requests).toHaveLength(0)
  })
})

describe('the body', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const pretty = `${JSON.stringify(JSON.parse(webhookBody(story)), null, 2)}\n`
    await expect(pretty).toMatchFileSnapshot(`golden/webhook ${name}.json`)
  })

  it('is what goes over the wire', async () => {
    const peer = await startPeer(saying(200))
    await sendTo(peer)
    expect(peer.requests[0]?.body).toBe(webhookBody(message()))
    expect(peer.requests[0]?.headers['content-type']).toBe('application/json')
  })

  it('keeps labels with hostile names', () => {
    const hostile = labels({})
    Object.defineProperty(hostile, '__proto__', { value: 'p', enumerable: true })
    Object.defineProperty(hostile, 'constructor', { value: 'c', enumerable: true })
    const body = webhookBody(message({ alerts: [alert('a', { labels: hostile }), alert('b', { labels: hostile })] }))
    expect(body).toContain('"commonLabels":{"__proto__":"p","constructor":"c"}')
  })

  it('has the same group key for the same group, whatever fires in it', () => {
    const keys = Object.values(stories).map((story) => JSON.parse(webhookBody(story)).groupKey)
    expect(keys[0]).toBe('payments/errors:{alertname="HighErrorRatio", team="payments"}')
    expect(keys[2]).toBe(keys[0])
    expect(JSON.parse(webhookBody(message({ groupLabels: labels({ a: 'say "hi"\n' }) }))).groupKey).toBe(
      'payments/errors:{a="say \\"hi\\"\\n"}',
    )
  })
})

describe('a body that would exceed 1 MiB', () => {
  const kib = (count: number) => 'é'.repeat(count * 512)
  const large = (i: number, changes: Partial<MessageAlert> = {}) =>
    alert(`s${i}`, { annotations: labels({ description: kib(48), summary: `${i}` }), ...changes })
  const all = Array.from({ length: 50 }, (_, i) =>
    large(i, i < 35 ? { change: null } : { status: 'resolved', change: 'resolved', endsAt: START + 1 }),
  )
  const huge = message({ alerts: all, counts: { firing: 100, newlyFiring: 0, newlyResolved: 15, missed: 0 } })

  it('leaves out unchanged alerts first and counts them', () => {
    const body = webhookBody(huge)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES)
    const parsed = JSON.parse(body)
    expect(parsed.alerts.length).toBeGreaterThan(15)
    expect(parsed.alerts.filter((each: { status: string }) => each.status === 'resolved')).toHaveLength(15)
    expect(parsed.truncatedAlerts).toBe(115 - parsed.alerts.length)
    expect(parsed.alertrouter.alerts).toHaveLength(parsed.alerts.length)
  })

  it.each([
    ['one that fits, said once as its own and once as common', 1, 500],
    ['one that does not', 0, 600],
  ])('%s', (_, kept, size) => {
    const one = alert('s', { annotations: labels({ description: kib(size) }) })
    const body = webhookBody(single(one))
    expect(JSON.parse(body)).toMatchObject({ truncatedAlerts: 1 - kept })
    expect(JSON.parse(body).alerts).toHaveLength(kept)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES)
  })
})

function single(one: MessageAlert): Message {
  return message({ alerts: [one] })
}

/** Accepts, then dies before the answer is complete. */
function halfAnswer(...[response, , socket]: Parameters<Answer>): void {
  response.writeHead(200, { 'Content-Length': '10' })
  response.write('tha', () => socket.resetAndDestroy())
}
