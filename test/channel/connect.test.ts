/** What the guarded fetch tells of requests that went wrong, and how it treats connections and answers. */
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { GuardedFetch } from '../../src/channel/connect.ts'
import { MAX_ANSWER_BYTES } from '../../src/channel/exchange.ts'
import type { SendError } from '../../src/channel/send-error.ts'
import { selfSigned } from '../../src/stand-in/certificate.ts'
import { fetchThrough, saying, startPeer } from './peer.ts'

async function failure(request: Promise<Response>): Promise<SendError> {
  return request.then(
    (response) => {
      throw new Error(`answered with ${response.status}`)
    },
    (error: SendError) => error,
  )
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function fetchTo(port: number): GuardedFetch {
  return fetchThrough({ allow: [{ host: '127.0.0.1', port }] })
}

describe('a request that surely was not sent', () => {
  it('refused connection', async () => {
    const server = createServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    const error = await failure(fetchTo(port)(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' }))
    expect(error).toMatchObject({ name: 'SendError', failedAt: 'unsent' })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('unknown name', async () => {
    const resolve = async () => Promise.reject(new Error('getaddrinfo ENOTFOUND hooks.example'))
    const error = await failure(fetchThrough({ allow: [], resolve })('https://hooks.example/'))
    expect(error).toMatchObject({ failedAt: 'unsent', message: 'not sent: getaddrinfo ENOTFOUND hooks.example' })
  })

  it('name without addresses', async () => {
    const error = await failure(fetchThrough({ allow: [], resolve: async () => [] })('https://hooks.example/'))
    expect(error.failedAt).toBe('unsent')
  })

  it('time ran out while the name was being resolved', async () => {
    const resolve = () => new Promise<never>(() => {})
    const request = fetchThrough({ allow: [], resolve })('https://hooks.example/', { signal: AbortSignal.timeout(20) })
    expect(await failure(request)).toMatchObject({ failedAt: 'unsent', message: 'not sent: timed out' })
  })

  it('stopped before it began', async () => {
    const peer = await startPeer(saying(200))
    const signal = AbortSignal.abort()
    expect(await failure(fetchThrough(peer)(peer.url, { signal }))).toMatchObject({ failedAt: 'unsent' })
    expect(peer.requests).toHaveLength(0)
  })

  it('a server that does not speak TLS', async () => {
    const peer = await startPeer(saying(200))
    expect(await failure(fetchThrough(peer)(`https://127.0.0.1:${peer.port}/`))).toMatchObject({ failedAt: 'unsent' })
  })

  it('time ran out during the TLS handshake', async () => {
    const port = await listening(createServer())
    const request = fetchTo(port)(`https://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) })
    expect(await failure(request)).toMatchObject({ failedAt: 'unsent', message: 'not sent: timed out' })
  })

  it('a certificate that nobody vouches for, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    let requests = 0
    const server = createTlsServer(selfSigned(), (_, response) => {
      requests += 1
      response.end()
    })
    const port = await listening(server)
    const error = await failure(fetchTo(port)(`https://127.0.0.1:${port}/`, { method: 'POST', body: 'secret' }))
    expect(error).toMatchObject({ failedAt: 'unsent' })
    expect(error.message).toMatch(/self-signed certificate/)
    expect(requests).toBe(0)
  })
})

describe('a request that may have arrived', () => {
  it('no answer in time', async () => {
    const peer = await startPeer(() => {})
    const error = await failure(fetchThrough(peer)(peer.url, { signal: AbortSignal.timeout(100) }))
    expect(error).toMatchObject({
      failedAt: 'maybe-sent',
      message: 'no answer after the request was sent: timed out',
    })
  })

  it('connection reset after the request', async () => {
    const peer = await startPeer((_response, _request, socket) => socket.resetAndDestroy())
    expect(await failure(fetchThrough(peer)(peer.url))).toMatchObject({ failedAt: 'maybe-sent' })
    expect(peer.requests).toHaveLength(1)
  })

  it('connection closed in the middle of the headers', async () => {
    const peer = await startPeer((_response, _request, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'))
    expect(await failure(fetchThrough(peer)(peer.url))).toMatchObject({ failedAt: 'maybe-sent' })
  })

  it('an answer that is not HTTP', async () => {
    const peer = await startPeer((_response, _request, socket) => socket.end('220 smtp ready\r\n'))
    expect(await failure(fetchThrough(peer)(peer.url))).toMatchObject({ failedAt: 'maybe-sent' })
  })

  it('a status outside of HTTP', async () => {
    const peer = await startPeer((_response, _request, socket) => socket.end('HTTP/1.1 999 Odd\r\n\r\n'))
    expect(await failure(fetchThrough(peer)(peer.url))).toMatchObject({ failedAt: 'maybe-sent' })
  })

  it('a peer that switches protocols', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
    const peer = await startPeer((_response, _request, socket) => socket.write(upgrade))
    const error = await failure(fetchThrough(peer)(peer.url, { method: 'POST', body: 'x' }))
    expect(error).toMatchObject({ failedAt: 'maybe-sent', message: expect.stringContaining('status 101') })
    await vi.waitFor(() => expect(peer.open()).toBe(0))
  })

  it('stopped by the sender, in its words', async () => {
    const peer = await startPeer((_response, _request) => stop.abort(new Error('no answer within 10 s')))
    const stop = new AbortController()
    expect(await failure(fetchThrough(peer)(peer.url, { signal: stop.signal }))).toMatchObject({
      failedAt: 'maybe-sent',
      message: 'no answer after the request was sent: no answer within 10 s',
    })
  })

  it('a kept connection reset by the peer: not sent a second time in silence', async () => {
    const peer = await startPeer((response, request, socket) =>
      request.path === '/second' ? socket.resetAndDestroy() : response.end('ok'),
    )
    const fetch = fetchThrough(peer)
    expect((await fetch(`${peer.url}/first`)).status).toBe(200)
    expect(await failure(fetch(`${peer.url}/second`))).toMatchObject({ failedAt: 'maybe-sent' })
    expect(peer.requests.map((request) => request.path)).toEqual(['/first', '/second'])
    expect(peer.connections()).toBe(1)
  })
})

describe('connections and answers', () => {
  it('one connection carries requests that follow each other', async () => {
    const peer = await startPeer(saying(200, 'ok'))
    const fetch = fetchThrough(peer)
    for (let i = 0; i < 50; i++) expect(await (await fetch(peer.url, { method: 'POST', body: 'x' })).text()).toBe('ok')
    expect(peer.connections()).toBe(1)
  })

  it('sends method, headers and body', async () => {
    const peer = await startPeer(saying(200, 'ok'))
    await fetchThrough(peer)(`${peer.url}/a?b=c`, { method: 'POST', headers: { 'X-A': 'e' }, body: 'ünï' })
    expect(peer.requests[0]).toMatchObject({ path: '/a?b=c', method: 'POST', body: 'ünï' })
    expect(peer.requests[0]?.headers).toMatchObject({ 'x-a': 'e', 'content-length': '5' })
  })

  it('reads 64 KiB of an answer and closes on the rest', async () => {
    const peer = await startPeer((response) => {
      const flood = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', flood)
      flood()
    })
    const response = await fetchThrough(peer)(peer.url)
    expect((await response.text()).length).toBe(MAX_ANSWER_BYTES)
  })

  it('gives the status of an answer whose body breaks off', async () => {
    const peer = await startPeer((response, _request, socket) => {
      response.writeHead(503, { 'Content-Length': '100', 'Retry-After': '7' })
      response.write('half', () => socket.resetAndDestroy())
    })
    const response = await fetchThrough(peer)(peer.url)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('7')
    await expect(response.text()).rejects.toThrow()
  })

  it.each([204, 205, 304])('gives status %i though a body follows that must not', async (status) => {
    const peer = await startPeer((_response, _request, socket) =>
      socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\nhello`),
    )
    expect((await fetchThrough(peer)(peer.url)).status).toBe(status)
  })

  it('gives the status of an answer whose body never ends', async () => {
    const peer = await startPeer((response) => void response.writeHead(200).write('o'))
    const response = await fetchThrough(peer)(peer.url, { signal: AbortSignal.timeout(100) })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  it.each([204, 205, 304])('takes the bodyless %d', async (status) => {
    const peer = await startPeer(saying(status))
    expect((await fetchThrough(peer)(peer.url)).status).toBe(status)
  })

  it('leaves no connection open after 200 that hang', async () => {
    const peer = await startPeer(() => {})
    const fetch = fetchThrough(peer)
    const stop = new AbortController()
    const requests = Array.from({ length: 200 }, () => failure(fetch(peer.url, { signal: stop.signal })))
    await vi.waitFor(() => expect(peer.requests).toHaveLength(200))
    stop.abort()
    for (const error of await Promise.all(requests)) expect(error.failedAt).toBe('maybe-sent')
    await vi.waitFor(() => expect(peer.open()).toBe(0))
  })
})
