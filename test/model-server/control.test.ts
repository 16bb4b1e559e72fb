/** Who may make things go wrong, and what may be asked for. */
import { describe, expect, it } from 'vitest'
import { startModelServer } from './rig.ts'

const token = 'a-token-of-the-demo'
const bearer = `Bearer ${token}`

interface Asking {
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
}

describe('/control', () => {
  it.each<readonly [who: string, asking: Asking, token: string | null, status: number]>([
    ['this machine', {}, null, 200],
    ['this machine by IPv6', { from: '::1', headers: { host: '[::1]:8000' } }, null, 200],
    ['this machine by a mapped address', { from: '::ffff:127.0.0.1' }, null, 200],
    ['this machine though there is a token', {}, token, 200],
    ['another machine', { from: '10.0.0.7' }, null, 403],
    ['another machine that names this one', { from: '10.0.0.7', headers: { host: 'localhost' } }, null, 403],
    ['another machine, without the token', { from: '10.0.0.7' }, token, 403],
    ['another machine, with the token', { from: '10.0.0.7', headers: { authorization: bearer } }, token, 200],
    ['another machine, with a wrong token', { from: '10.0.0.7', headers: { authorization: `${bearer}x` } }, token, 403],
    ['another machine, with an empty token', { from: '10.0.0.7', headers: { authorization: 'Bearer ' } }, null, 403],
    [
      'another machine, with any token where none is set',
      { from: '10.0.0.7', headers: { authorization: 'Bearer null' } },
      null,
      403,
    ],
    ['this machine with a wrong token', { headers: { authorization: 'Bearer x' } }, token, 403],
    ['a page of another site in a browser here', { headers: { origin: 'http://evil.example' } }, null, 403],
    ['a name that points here', { headers: { host: 'evil.example:8000' } }, null, 403],
    ['a proxy here', { headers: { 'x-forwarded-for': '10.0.0.7' } }, null, 403],
  ])('answers %s as it should', async (_who, { from = '127.0.0.1', headers = {} }, set, status) => {
    const { app } = startModelServer('iris', { token: set })
    const asked = { remoteAddress: from, headers: { host: '127.0.0.1:8000', ...headers } }
    expect((await app.inject({ method: 'GET', url: '/control', ...asked })).statusCode).toBe(status)
    for (const method of ['POST', 'DELETE'] as const) {
      expect((await app.inject({ method, url: '/control/errors', ...asked })).statusCode).toBe(status)
    }
  })

  it('is not there unless it is switched on', async () => {
    const { ask } = startModelServer('iris', { controls: false, token })
    expect((await ask('GET', '/control')).status).toBe(404)
    expect((await ask('POST', '/control/errors', {})).status).toBe(404)
  })

  it('lists what this server can do wrong, which alerts that makes fire, and what is on', async () => {
    const { ask } = startModelServer('churn')
    await ask('POST', '/control/latency', {})
    const { server, faults } = (await ask('GET', '/control')).body
    expect(server).toBe('churn')
    expect(faults.map(({ fault }: { fault: string }) => fault)).toEqual([
      'accuracy',
      'confidence',
      'class-mix',
      'feature-drift',
      'invalid-features',
      'errors',
      'latency',
      'stalls',
      'unload',
      'silence',
      'cpu',
      'memory',
    ])
    const { fires, active } = faults[6]
    expect(fires).toContainEqual({ alert: 'HighLatency', severity: 'warning', amount: 0.9 })
    expect(active).toMatchObject({ amount: 0.7, version: null })
  })
})

describe('a fault is refused with', () => {
  it.each([
    ['an amount beyond the most', 'latency', { amount: 11 }, /^amount is more than 10\.$/],
    ['an amount of nothing', 'errors', { amount: 0 }, /more than 0; DELETE ends a fault/],
    ['a negative amount', 'errors', { amount: -1 }, /amount is negative/],
    ['a text', 'errors', { amount: '1' }, /amount is not a number/],
    ['more than an hour', 'errors', { seconds: 3_601 }, /seconds is more than 3600/],
    ['no time', 'errors', { seconds: 0 }, /more than 0/],
    ['an unknown version', 'errors', { version: 'v9' }, /version is none of v1, v2/],
    ['one version of what is of the server', 'silence', { version: 'v1' }, /of the whole server/],
    ['a list', 'errors', [], /not a JSON object/],
  ])('%s', async (_what, fault, body, says) => {
    const { ask, clock } = startModelServer('churn')
    const refused = await ask('POST', `/control/${fault}`, body)
    expect(refused).toMatchObject({ status: 400, body: { error: expect.stringMatching(says) } })
    expect(clock.pending()).toEqual([])
  })

  it('a name that there is not, or not here', async () => {
    expect((await startModelServer('iris').ask('POST', '/control/unload', {})).status).toBe(404)
    expect((await startModelServer('churn').ask('POST', '/control/__proto__', {})).status).toBe(404)
  })
})
