/** The HTTP side as clients meet it: bodies, limits, the one shape of errors, and the end. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { ApiError } from '../src/errors.ts'
import { keepBodiesAsText } from '../src/http/body.ts'
import type { Feature } from '../src/http/feature.ts'
import { methodNotAllowed } from '../src/http/method-not-allowed.ts'
import { testApp } from './http/test-app.ts'

const open = { policy: 'open' } as const
const json = { 'content-type': 'application/json' }
const nothing: Feature = () => {}

const feature: Feature = (scope) => {
  scope.post('/echo', { config: open }, (request) => ({ keys: Object.keys((request.body ?? {}) as object) }))
  scope.post('/large', { config: open, bodyLimit: 1024 * 1024 }, () => 'ok')
  const body = z.object({ alerts: z.array(z.object({ name: z.string() })) })
  scope.post('/checked', { config: open, schema: { body } }, (request) => request.body.alerts.length)
  scope.get('/unavailable', { config: open }, () => {
    throw new ApiError('unavailable', 'The disk is full.', { cause: new Error('SQLITE_FULL') })
  })
  scope.get('/bug', { config: open }, () => {
    throw Object.assign(new Error('canary: secret inside'), { statusCode: 404 })
  })
  methodNotAllowed(scope, '/echo', ['POST'])
}

describe('bodies', () => {
  const post = (url: string, body: string, headers: Record<string, string> = json) =>
    testApp(feature).app.inject({ method: 'POST', url, headers, body })

  it('keep __proto__ and constructor as data', async () => {
    const answer = await post('/echo', '{"__proto__": {"a": 1}, "constructor": {"prototype": 1}, "b": 2}')
    expect(answer.json()).toEqual({ keys: ['__proto__', 'constructor', 'b'] })
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    '%s is read',
    async (type) => {
      expect((await post('/echo', '{}', { 'content-type': type })).statusCode).toBe(200)
    },
  )

  it.each([
    [{ 'content-type': 'application/json; charset=utf-16' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{}],
    [{ ...json, 'content-encoding': 'gzip' }],
    [{ ...json, 'content-encoding': 'identity, br' }],
  ])('%j is 415', async (headers) => {
    const answer = await post('/echo', '{}', headers as Record<string, string>)
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ error: { code: 'unsupported' } })
  })

  it('may be empty', async () => {
    expect((await post('/echo', '', json)).json()).toEqual({ keys: [] })
  })

  it('that are not JSON are 400 and say why', async () => {
    const answer = await post('/echo', '{"a": tru}')
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      error: { code: 'invalid', message: expect.stringMatching(/^The body is not JSON: Unexpected token '}'/) },
    })
  })

  it('end at 64 KiB unless the route says otherwise', async () => {
    const body = JSON.stringify('x'.repeat(65 * 1024))
    expect((await post('/echo', body)).statusCode).toBe(413)
    expect((await post('/echo', body)).json()).toMatchObject({ error: { code: 'too_large' } })
    expect((await post('/large', body)).statusCode).toBe(200)
  })

  it('reach a feature that parses for itself as text', async () => {
    const raw: Feature = (scope) => {
      keepBodiesAsText(scope)
      scope.post('/raw', { config: open }, (request) => ({ text: request.body }))
    }
    const { app } = testApp(raw)
    const answer = await app.inject({ method: 'POST', url: '/raw', headers: json, body: '{"not json' })
    expect(answer.json()).toEqual({ text: '{"not json' })
  })
})

describe('errors', () => {
  it('name the fields of a request that is not valid', async () => {
    const { app } = testApp(feature)
    const answer = await app.inject({
      method: 'POST',
      url: '/checked',
      headers: json,
      body: '{"alerts": [{"name": "a"}, {"name": 1}]}',
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error).toEqual({
      code: 'invalid',
      message: 'The request is not valid; see fields.',
      fields: [{ path: 'body.alerts.1.name', message: expect.stringContaining('expected string') }],
      request_id: expect.any(String),
    })
  })

  it('that we did not foresee show nothing of themselves, and are logged with their stack', async () => {
    const { app, lines } = testApp(feature)
    const answer = await app.inject('/bug')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('canary')
    const { error } = answer.json()
    expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining('request_id') })
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'error', request_id: error.request_id, url: '/bug', status: 500 }),
    ])
    expect(lines()[0]).toMatchObject({
      err: { message: 'canary: secret inside', stack: expect.stringContaining('app.test.ts') },
    })
  })

  it('of ours keep code and message, and log the cause', async () => {
    const { app, lines } = testApp(feature)
    const answer = await app.inject('/unavailable')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ error: { code: 'unavailable', message: 'The disk is full.' } })
    expect(JSON.stringify(lines())).toContain('SQLITE_FULL')
  })

  it.each([
    ['GET', '/nowhere', 404, 'not_found'],
    ['POST', '/nowhere', 404, 'not_found'],
    ['GET', '/echo', 405, 'method_not_allowed'],
    ['DELETE', '/echo', 405, 'method_not_allowed'],
    ['GET', '/%zz', 400, 'invalid'],
    ['GET', '//echo', 404, 'not_found'],
    ['POST', '/echo/', 404, 'not_found'],
  ] as const)('%s %s is %i %s, never a redirect', async (method, url, status, code) => {
    const { app } = testApp(feature)
    const answer = await app.inject({ method, url })
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ error: { code, message: expect.any(String) } })
    expect(answer.headers.location).toBeUndefined()
    expect(answer.headers.allow).toBe(status === 405 ? 'POST' : undefined)
  })

  it('repeat no more of a long address than it takes to recognise it', async () => {
    const { app, lines } = testApp((scope) => {
      feature(scope)
      scope.get('/named/:name', { config: open }, () => 'ok')
    })
    const long = 'x'.repeat(10_000)
    for (const url of [`/nowhere/${long}`, `/named/${long}`]) {
      const answer = await app.inject({ url })
      expect(answer.statusCode).toBe(404)
      expect(answer.body.length).toBeLessThan(500)
    }
    expect(lines().map(({ url }) => String(url).length)).toEqual([512, 512])
  })

  it('have ids of their own, whatever the client sends', async () => {
    const { app } = testApp(feature)
    const ids = await Promise.all(
      [1, 2].map(
        async () => (await app.inject({ url: '/x', headers: { 'request-id': 'mine' } })).json().error.request_id,
      ),
    )
    expect(new Set([...ids, 'mine']).size).toBe(3)
  })

  it('leave one log line each, and requests that succeed none', async () => {
    const { app, lines } = testApp(feature)
    await app.inject('/healthz')
    await app.inject('/nowhere?a=b')
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', method: 'GET', url: '/nowhere?a=b', status: 404, code: 'not_found' }),
    ])
  })
})

describe('the connection', () => {
  const listen = async (from: Feature = nothing) => {
    const { app } = testApp(from)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.addresses()[0] as { port: number }
    return { app, port }
  }

  it.each([
    ['broken HTTP', 'NONSENSE\r\n\r\n', 400, 'invalid'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'too_large'],
  ])('%s is answered in our shape', async (_what, text, status, code) => {
    const { port } = await listen()
    const socket = connect(port, '127.0.0.1')
    socket.write(text)
    const [head, body = ''] = (await readAll(socket)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(body)).toMatchObject({ error: { code } })
  })

  it('is cut where a request does not arrive, with 503 so that it is sent again', async () => {
    const { app, port } = await listen()
    expect(app.server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 15_000 })
    app.server.headersTimeout = 1
    app.server.requestTimeout = 1
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    expect(await readAll(socket)).toMatch(/HTTP\/1.1 503 [\s\S]*"code":"unavailable"/)
  })

  it('that breaks off within a body is no fault of ours', async () => {
    const { app, lines } = testApp(feature)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.addresses()[0] as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{')
    await once(app.server, 'request')
    socket.resetAndDestroy()
    const failed = () => lines().filter(({ level }) => level !== 'info')
    await vi.waitFor(() => expect(failed()).not.toEqual([]))
    expect(failed()).toMatchObject([{ level: 'warn', status: 503, code: 'unavailable' }])
  })

  it.each([
    [
      'within its body',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    ],
    ['within its headers', 'POST /echo HTTP/1.1\r\nHost'],
  ])('of a client that stops %s does not keep the router from closing', { timeout: 10_000 }, async (_where, text) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { app, port } = await listen(feature)
    const connected = once(app.server, 'connection')
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(text)
    const [accepted] = (await connected) as [Socket]
    while (accepted.bytesRead < text.length) await new Promise(setImmediate)
    const closed = app.close()
    while (app.server.listening) await new Promise(setImmediate)
    vi.advanceTimersByTime(5_000)
    await closed
  })

  it('is cut though the client neither reads the answer nor closes its side', async () => {
    const { app, port } = await listen()
    const connected = once(app.server, 'connection')
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    const [accepted] = (await connected) as [Socket]
    socket.write('NONSENSE\r\n\r\n')
    await once(accepted, 'close', { signal: AbortSignal.timeout(5_000) })
  })

  it('answers 503 to requests that come during shutdown, then closes', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: closing, resolve: close } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const slow: Feature = (scope) => {
      scope.addHook('preClose', async () => close())
      scope.get('/slow', { config: open }, async () => {
        begin()
        await released
        return 'done'
      })
    }
    const { app, port } = await listen(slow)
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await begun
    const closed = app.close()
    await closing
    const second = once(app.server, 'request')
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await second
    release()
    const answers = await readAll(socket)
    expect(answers).toMatch(/^HTTP\/1.1 200 OK/)
    expect(answers).toMatch(/HTTP\/1.1 503 Service Unavailable[\s\S]*shutting down/)
    expect(answers.toLowerCase()).toContain('connection: close')
    await closed
  })
})

async function readAll(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}
