/** Sending to Slack: what goes over the wire, what the log keeps, and which URLs are no hooks. */
import { describe, expect, it } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Receipt } from '../../src/channel/channel.ts'
import { plainSlack, renderSlack } from '../../src/channel/slack-message.ts'
import { message } from './messages.ts'
import { type Peer, saying, startPeer } from './peer.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)
const HOOK = '/services/T00000000/B00000000/SecretSecretSecretSecret'

function sendTo(peer: Peer): Promise<Receipt> {
  const { slack } = buildChannels({ allow: peer.allow, now: () => NOW })
  return slack.send(message(), { address: peer.url + HOOK, secret: null, host: null }, AbortSignal.timeout(5_000))
}

it('follows a message that Slack dislikes by a plain one, and says so', async () => {
  const peer = await startPeer((response, request) =>
    'blocks' in JSON.parse(request.body) ? response.writeHead(400).end('invalid_blocks') : response.end('ok'),
  )
  const { detail } = await sendTo(peer)
  expect(detail).toBe('200 ok (as plain text, after: 400 invalid_blocks)')
  expect(JSON.parse(peer.requests[1]?.body ?? '').text).toBe(plainSlack(message()).text)
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
    const receipt = await slack.send(message(), { address: url, secret: null, host: null }, AbortSignal.timeout(5_000))
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
    const receipt = await slack.send(message(), { address: url, secret: null, host: null }, AbortSignal.timeout(5_000))
    expect(receipt).toMatchObject({ outcome: 'transient', detail: 'not sent: asked for the name' })
  })
})
