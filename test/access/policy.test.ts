/** Who gets in where: every verb against every token, and callers without a token on this machine. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/access/policy.ts'
import { environmentTokens, type Verb } from '../../src/access/tokens.ts'
import type { Feature } from '../../src/http/feature.ts'
import { basic, bearer, noSecrets, secrets, testApp } from '../http/test-app.ts'

const verbs: readonly Verb[] = ['ingest', 'read', 'edit', 'admin']

/** For each verb a GET and a POST, and one open address; each answers who the caller is. */
const routes: Feature = (scope) => {
  const policies: (readonly [string, Policy])[] = [['open', 'open'], ...verbs.map((verb) => [verb, { verb }] as const)]
  for (const [name, policy] of policies) {
    scope.route({
      method: ['GET', 'POST', 'DELETE'],
      url: `/${name}`,
      config: { policy },
      handler: (request) => request.caller,
    })
  }
}

describe('routes', () => {
  it('must declare a policy', async () => {
    const noPolicy: Feature = (scope) => void scope.get('/forgotten', () => 'secret')
    await expect(testApp(noPolicy).app.ready()).rejects.toThrow('GET /forgotten declares no policy')
  })
})

describe('with tokens', () => {
  const allowed: Record<string, readonly Verb[]> = {
    [secrets.ingest]: ['ingest'],
    [secrets.ingestPrevious]: ['ingest'],
    [secrets.read]: ['read'],
    [secrets.admin]: ['read', 'edit', 'admin'],
  }
  const matrix = Object.entries(allowed).flatMap(([secret, may]) =>
    verbs.map((verb) => [secret, verb, may.includes(verb)] as const),
  )

  it.each(matrix)('%s on %s: %s', async (secret, verb, allows) => {
    const { app } = testApp(routes)
    for (const headers of [bearer(secret), basic(secret)]) {
      const { statusCode } = await app.inject({ method: 'GET', url: `/${verb}`, headers })
      expect(statusCode).toBe(allows ? 200 : 403)
    }
  })

  it('names the source of an ingest token, and nobody on open routes', async () => {
    const { app } = testApp(routes)
    const ingest = await app.inject({ url: '/ingest', headers: bearer(secrets.ingestPrevious) })
    expect(ingest.json()).toEqual({ name: 'default', verbs: ['ingest'], teams: null })
    const open = await app.inject({ url: '/open', headers: bearer('whatever') })
    expect(open.json()).toEqual({ name: 'nobody', verbs: [], teams: [] })
  })

  it.each([
    ['no header', {}, 'A token that allows read is needed'],
    ['an unknown token', bearer('unknown-0123456789abcdef'), 'This token is not known'],
    ['an empty password', basic(''), 'This token is not known'],
    ['another scheme', { authorization: 'Digest x' }, 'The Authorization header is neither'],
  ])('%s is 401 and says how', async (_what, headers, message) => {
    const { app } = testApp(routes)
    const answer = await app.inject({ url: '/read', headers })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="alert-router", Basic /)
    expect(answer.json()).toMatchObject({ error: { code: 'unauthorized', message: expect.stringContaining(message) } })
  })

  it('a wrong token is refused before the body arrives', async () => {
    const { app } = testApp(routes)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.addresses()[0] as { port: number }
    const socket = connect(port, '127.0.0.1')
    // 64 MB are announced and none of them sent.
    socket.write(
      'POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 64000000\r\n\r\n',
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /)
    socket.destroy()
  })

  it.each([
    ['bearer', bearer(secrets.admin), 'https://evil.example', 200],
    ['basic', basic(secrets.admin), 'https://evil.example', 403],
    ['basic', basic(secrets.admin), 'null', 403],
    ['basic', basic(secrets.admin), 'http://router.internal:8080', 200],
    ['basic', basic(secrets.admin), 'https://alerts.example.org', 200],
    ['basic', basic(secrets.admin), 'http://alerts.example.org', 403],
  ])('%s: %j from a page of %s is %i', async (_scheme, authorization, origin, status) => {
    const { app } = testApp(routes, { publicUrl: 'https://alerts.example.org/router' })
    const headers = { ...authorization, origin, host: 'router.internal:8080' }
    const { statusCode } = await app.inject({ method: 'POST', url: '/admin', headers })
    expect(statusCode).toBe(status)
  })
})

describe('without tokens', () => {
  const tokens = environmentTokens(noSecrets)
  const json = { 'content-type': 'application/json' }

  it.each(verbs)('this machine may %s', async (verb) => {
    const { app } = testApp(routes, { tokens })
    expect((await app.inject({ url: `/${verb}`, headers: { host: 'localhost:8080' } })).json()).toMatchObject({
      name: 'default',
    })
    const headers = { host: '127.0.0.1:8080', ...json }
    expect((await app.inject({ method: 'POST', url: `/${verb}`, headers, body: '{}' })).statusCode).toBe(200)
  })

  it('other machines may nothing', async () => {
    const { app } = testApp(routes, { tokens })
    const answer = await app.inject({ url: '/read', remoteAddress: '192.168.1.7', headers: { host: 'localhost' } })
    expect(answer.statusCode).toBe(401)
  })

  it('an unknown token is still refused', async () => {
    const { app } = testApp(routes, { tokens })
    expect((await app.inject({ url: '/read', headers: bearer('left-over-0123456789') })).statusCode).toBe(401)
  })

  it('a verb is open only while no token gives it', async () => {
    const { app } = testApp(routes, { tokens: environmentTokens({ ...noSecrets, admin: secrets.admin }) })
    const status = async (verb: Verb) =>
      (await app.inject({ url: `/${verb}`, headers: { host: 'localhost' } })).statusCode
    expect(await Promise.all(verbs.map(status))).toEqual([200, 401, 401, 401])
  })

  it.each([
    ['another name (DNS rebinding)', 'GET', { host: 'evil.example' }, 403],
    ['a name that begins like ours', 'GET', { host: 'localhost.evil.example' }, 403],
    ['another name', 'POST', { host: 'evil.example:8080', ...json }, 403],
    ['a page of another site', 'POST', { host: 'localhost:8080', origin: 'https://evil.example', ...json }, 403],
    ['a page on another port', 'POST', { host: 'localhost:8080', origin: 'http://localhost:9090', ...json }, 403],
    ['a sandboxed page', 'POST', { host: 'localhost:8080', origin: 'null', ...json }, 403],
    ['a page of another site', 'DELETE', { host: 'localhost:8080', origin: 'https://evil.example' }, 403],
    ['a proxy on this machine', 'GET', { host: 'localhost:8080', 'x-forwarded-for': '203.0.113.7' }, 403],
    ['a proxy on this machine', 'POST', { host: '127.0.0.1:8080', forwarded: 'for=203.0.113.7', ...json }, 403],
    ['a proxy on this machine', 'DELETE', { host: 'localhost:8080', 'x-real-ip': '127.0.0.1' }, 403],
    ['a proxy on this machine', 'GET', { host: 'localhost:8080', via: '1.1 proxy' }, 403],
    ['our own page', 'POST', { host: 'localhost:8080', origin: 'http://localhost:8080', ...json }, 200],
    ['curl', 'DELETE', { host: '[::1]:8080' }, 200],
    ['a form', 'POST', { host: 'localhost:8080', 'content-type': 'text/plain' }, 415],
    ['nothing that says JSON', 'POST', { host: 'localhost:8080' }, 415],
  ] as const)('%s: %s %j is %i', async (_what, method, headers, status) => {
    const { app } = testApp(routes, { tokens })
    expect((await app.inject({ method, url: '/admin', headers })).statusCode).toBe(status)
  })

  it('compares the port of Host with the port of the connection', async () => {
    const { app } = testApp(routes, { tokens })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    expect((await fetch(`${url}/read`)).status).toBe(200)
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET /read HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1.1 403 /)
  })
})
