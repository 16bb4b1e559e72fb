/** Sending to PagerDuty: what goes over the wire and where, and what the log keeps. */
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Endpoint, Message, Receipt } from '../../src/channel/channel.ts'
import { leastTrigger, resolveOf, triggerOf } from '../../src/channel/pagerduty-event.ts'
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { message, stories } from './messages.ts'
import { type Peer, saying, startPeer } from './peer.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)
const KEY = 'R0123456789abcdef0123456789abcde'

const start = (...[answer]: Parameters<typeof startPeer>) => startPeer(answer, trustedCertificate())
const accepts = saying(202, '{"status":"success"}')

function sendTo(peer: Peer, sent: Message = message()): Promise<Receipt> {
  const { pagerduty } = buildChannels({ allow: peer.allow, now: () => NOW })
  const endpoint = { address: KEY, secret: null, host: new URL(peer.url).host }
  return pagerduty.send(sent, endpoint, AbortSignal.timeout(5_000))
}

/** An attempt that ends at the name: its detail says which name was asked for. */
function sendToNames(endpoint: Partial<Endpoint>): Promise<Receipt> {
  const resolve = (name: string) => Promise.reject(new Error(`asked for ${name}`))
  const { pagerduty } = buildChannels({ allow: [], now: () => NOW, resolve })
  return pagerduty.send(message(), { address: KEY, secret: null, host: null, ...endpoint }, AbortSignal.timeout(5_000))
}

describe('what is sent', () => {
  it.each([
    ['a trigger while something fires', message(), triggerOf(message(), KEY)],
    ['a trigger again for what is new', stories['new-alerts'], triggerOf(stories['new-alerts'] ?? message(), KEY)],
    ['a resolve when all is over', stories['all-resolved'], resolveOf(stories['all-resolved'] ?? message(), KEY)],
  ])('%s', async (_, sent, event) => {
    const peer = await start(accepts)
    expect((await sendTo(peer, sent)).outcome).toBe('delivered')
    const [request, ...more] = peer.requests
    expect(more).toEqual([])
    expect(request).toMatchObject({ method: 'POST', path: '/v2/enqueue' })
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(request?.body ?? '')).toEqual(JSON.parse(JSON.stringify(event)))
  })

  it('follows an event that PagerDuty dislikes by the least of one, and says so', async () => {
    const peer = await start((response, request) =>
      JSON.parse(request.body).client === undefined
        ? response.writeHead(202).end('{"status":"success"}')
        : response.writeHead(400).end('{"errors":["custom_details is odd"]}'),
    )
    expect((await sendTo(peer)).detail).toBe(
      '202 {"status":"success"} (without details, after: 400 {"errors":["custom_details is odd"]})',
    )
    expect(JSON.parse(peer.requests[1]?.body ?? '')).toEqual(leastTrigger(message(), KEY))
  })

  it('does not repeat a resolve that PagerDuty dislikes: there is nothing to leave out', async () => {
    const peer = await start(saying(400, '{"errors":["no"]}'))
    expect(await sendTo(peer, stories['all-resolved'])).toMatchObject({ outcome: 'permanent', about: 'payload' })
    expect(peer.requests).toHaveLength(1)
  })

  it('keeps no connection between events', async () => {
    const peer = await start(accepts)
    for (let i = 0; i < 3; i++) await sendTo(peer)
    await expect.poll(() => peer.open()).toBe(0)
  })
})

describe('where it is sent', () => {
  it.each([
    [null, 'events.pagerduty.com'],
    ['events.pagerduty.com', 'events.pagerduty.com'],
    ['events.eu.pagerduty.com', 'events.eu.pagerduty.com'],
    ['EVENTS.EU.PAGERDUTY.COM:443', 'events.eu.pagerduty.com'],
  ])('%s is %s', async (host, name) => {
    expect(await sendToNames({ host })).toMatchObject({ outcome: 'transient', detail: `not sent: asked for ${name}` })
  })

  it.each([
    'events.pagerduty.com:8443',
    'events.pagerduty.com.evil.example',
    'events.pagerduty.com@evil.example',
    'events.pagerduty.com.',
    'api.pagerduty.com',
    'evil.example/events.pagerduty.com',
    'evil.example#events.pagerduty.com',
    '127.0.0.1',
    '169.254.169.254',
    'localhost:9093',
    '',
    ' ',
  ])('%j is refused before anything is asked for', async (host) => {
    const receipt = await sendToNames({ host })
    expect(receipt).toMatchObject({ outcome: 'permanent', about: 'destination', status: null })
    expect(receipt.detail).toContain("not a host of PagerDuty's Events API")
  })

  it.each([
    '',
    'short',
    `${KEY}x`,
    KEY.slice(1),
    'https://events.pagerduty.com/v2/x',
    `${KEY.slice(1)}\n`,
    `${KEY.slice(1)}"`,
  ])('a key that is none is refused before it is sent: %j', async (address) => {
    const receipt = await sendToNames({ address })
    expect(receipt).toMatchObject({ outcome: 'permanent', about: 'destination', status: null })
    expect(receipt.detail).toMatch(/^not an integration key/)
  })
})

it('keeps the key out of the log when PagerDuty repeats it', async () => {
  const peer = await start((response, request) => {
    const { routing_key } = JSON.parse(request.body)
    response.writeHead(400).end(`{"errors":["unknown routing_key ${routing_key}"]}`)
  })
  expect((await sendTo(peer)).detail).toBe('400 {"errors":["unknown routing_key ***"]}')
})
