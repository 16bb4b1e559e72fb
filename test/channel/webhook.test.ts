/** The generic webhook: its body, its signature, and what the log keeps of an answer. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Message, MessageAlert, Receipt } from '../../src/channel/channel.ts'
import { MAX_BODY_BYTES, webhookBody } from '../../src/channel/webhook-body.ts'
import { alert, labels, message, START, stories } from './messages.ts'
import { type Peer, saying, startPeer } from './peer.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)

function sendTo(peer: Peer, secret: string | null = null): Promise<Receipt> {
  const { webhook } = buildChannels({ allow: peer.allow, now: () => NOW })
  return webhook.send(
    message(),
    { address: `${peer.url}/hook/very-secret-path?key=very-secret-key`, secret, host: null },
    AbortSignal.timeout(5_000),
  )
}

describe('what is refused and what is kept', () => {
  it.each([
    ['http', 'http://public.example/'],
    ['an inside address', 'https://169.254.169.254/latest/meta-data/'],
    ['no URL', 'nonsense'],
  ])('refused by the guard: %s', async (_, url) => {
    const { webhook } = buildChannels({ allow: [], now: () => NOW })
    const receipt = await webhook.send(
      message(),
      { address: url, secret: null, host: null },
      AbortSignal.timeout(5_000),
    )
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
  const endpoint = { address: `${peer.url}/tenant-12/tenant-12-token-34`, secret: null, host: null }
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
