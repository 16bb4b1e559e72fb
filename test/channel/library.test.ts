/** A library's own requests: one of them, through the guard, read off the wire whatever the library makes of it. */
import { type Agent, get } from 'node:https'
import { expect, it } from 'vitest'
import { buildGuard } from '../../src/channel/guard.ts'
import { answerThroughLibrary } from '../../src/channel/library.ts'
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { type Answer, breaksOff, type Peer, saying, startPeer } from './peer.ts'

const never = new AbortController().signal

const start = (answer: Answer) => startPeer(answer, trustedCertificate())
const admitted = (peer: Peer) => buildGuard({ allow: peer.allow })(peer.url)

/** What a library does: a request, and its own idea of the answer. */
function ask(peer: Peer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(peer.url, { agent }, (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject)
  })
}

it('gives the answer as it was, though the library fails on it', async () => {
  const peer = await start(saying(503, 'not JSON', { 'Retry-After': '7' }))
  const answer = await answerThroughLibrary(admitted(peer), never, async (agent) => {
    await ask(peer, agent)
    throw new Error('invalid json')
  })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('7')
  expect(await answer.text()).toBe('not JSON')
})

it('lets no second request leave', async () => {
  const peer = await start(saying(429))
  let second: unknown
  const { promise: tried, resolve } = Promise.withResolvers<void>()
  const answer = await answerThroughLibrary(admitted(peer), never, async (agent) => {
    await ask(peer, agent)
    await ask(peer, agent).catch((error: unknown) => {
      second = error
    })
    resolve()
  })
  await tried
  expect(answer.status).toBe(429)
  expect(second).toMatchObject({ message: 'the library makes a second request' })
  expect(peer.connections()).toBe(1)
})

it('ends an answer that never ends when the library tries again', async () => {
  const peer = await start((response) => void response.writeHead(429).write('{'))
  const answer = await answerThroughLibrary(admitted(peer), never, async (agent) => {
    await ask(peer, agent)
    await ask(peer, agent)
  })
  expect(answer.status).toBe(429)
  await expect(answer.text()).rejects.toThrow('a second request')
})

it('waits no longer than it may for a library that never ends', async () => {
  const peer = await start(() => {})
  const stop = new AbortController()
  const answer = answerThroughLibrary(admitted(peer), stop.signal, (agent) => {
    ask(peer, agent).catch(() => {})
    return new Promise(() => {})
  })
  await expect.poll(() => peer.requests.length).toBe(1)
  stop.abort(new Error('no answer within 10 s'))
  await expect(answer).rejects.toMatchObject({ failedAt: 'maybe-sent', message: expect.stringMatching(/within 10 s$/) })
})

it('tells a connection that breaks from one that was never there', async () => {
  const peer = await start(breaksOff)
  const answer = answerThroughLibrary(admitted(peer), never, (agent) => ask(peer, agent))
  await expect(answer).rejects.toMatchObject({ failedAt: 'maybe-sent' })
  const nobody = buildGuard({ allow: [{ host: '127.0.0.1', port: 1 }] })('https://127.0.0.1:1/')
  const refused = answerThroughLibrary(nobody, never, (agent) => ask({ ...peer, url: 'https://127.0.0.1:1/' }, agent))
  await expect(refused).rejects.toMatchObject({ failedAt: 'unsent' })
})

it('connects nowhere when the name leads inside', async () => {
  const peer = await start(saying(200))
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const guarded = buildGuard({ allow: [], resolve })('https://events.pagerduty.com/')
  const url = `https://events.pagerduty.com:${peer.port}/`
  await expect(answerThroughLibrary(guarded, never, (agent) => ask({ ...peer, url }, agent))).rejects.toMatchObject({
    failedAt: 'guard',
  })
  expect(peer.connections()).toBe(0)
})

it.each([
  ['asks for nothing', async () => 'done', 'the library asked for nothing'],
  ['fails before it asks', async () => Promise.reject(new TypeError('a bug')), 'a bug'],
])('says so when the library %s', async (_, send, message) => {
  const peer = await start(saying(200))
  await expect(answerThroughLibrary(admitted(peer), never, send)).rejects.toThrow(message)
})

it('asks for nothing when it was stopped before', async () => {
  const peer = await start(saying(200))
  const stopped = AbortSignal.abort(new Error('stopped'))
  await expect(answerThroughLibrary(admitted(peer), stopped, (agent) => ask(peer, agent))).rejects.toMatchObject({
    failedAt: 'unsent',
  })
  expect(peer.requests).toHaveLength(0)
})

it('leaves no connection open', async () => {
  const peer = await start(saying(200, 'x'.repeat(1_000)))
  for (let i = 0; i < 20; i++) await answerThroughLibrary(admitted(peer), never, (agent) => ask(peer, agent))
  await expect.poll(() => peer.open()).toBe(0)
})
