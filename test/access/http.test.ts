/** Tokens over HTTP: the secret is shown once, a wish that is not understood makes nothing, and revoking holds at once. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { webhookPayload } from '../harness/alertmanager.ts'
import { bearer } from '../http/test-app.ts'
import { environment, openSite, type Site } from './site.ts'

let site: Site
let close: () => Promise<void>
beforeAll(async () => {
  ;({ site, close } = await openSite(environment))
})
afterAll(() => close())

const PATH = '/api/v1/tokens'

async function ask(method: string, path: string, body?: unknown, secret = environment.ADMIN_TOKEN) {
  const answer = await site.ask({ method, path, headers: bearer(secret), body })
  return { status: answer.status, text: answer.body, json: answer.body === '' ? null : JSON.parse(answer.body) }
}

it('shows a secret once, and never a hash', async () => {
  const made = await ask('POST', PATH, { name: 'once', verbs: ['read'], teams: ['alpha'], expiresIn: '90d' })
  expect(made).toMatchObject({
    status: 201,
    json: { token: { name: 'once', verbs: ['read'], teams: ['alpha'], state: 'active', lastUsedAt: null } },
  })
  const { secret, token } = made.json
  expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(90 * 24 * 3_600_000)
  expect((await ask('GET', '/api/v1/alerts', undefined, secret)).status).toBe(200)
  const listed = await ask('GET', PATH)
  expect(listed.json.tokens[0]).toEqual({ ...token, lastUsedAt: new Date(site.clock.now()).toISOString() })
  expect(listed.text).not.toMatch(/hash|secret/)
  expect(listed.text).not.toContain(secret.slice(-43))
})

it('is not to be kept by caches', async () => {
  const body = JSON.stringify({ name: 'cached', verbs: ['read'], teams: ['*'] })
  const headers = { ...bearer(environment.ADMIN_TOKEN), 'content-type': 'application/json' }
  const answer = await fetch(site.router.url + PATH, { method: 'POST', headers, body })
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store'])
})

it.each([
  [{ name: 'x', verbs: ['read'], teams: ['*'], expires: '90d' }, 'body'],
  [{ name: 'x', verbs: ['read'], teams: ['*'], expiresIn: '90 days' }, 'body.expiresIn'],
  [{ name: 'x', verbs: ['read'], teams: ['*'], expiresAt: '2020-01-01T00:00:00Z' }, 'body.expiresAt'],
  [{ name: 'alert-router', verbs: ['ingest'] }, 'body.name'],
  [{ name: 'x', verbs: ['read'] }, 'body.teams'],
  [{ name: 'x', verbs: ['admin'], teams: ['alpha'] }, 'body.teams'],
  [[], 'body'],
])('makes nothing of %j', async (body, path) => {
  const before = (await ask('GET', PATH)).json
  const { status, json } = await ask('POST', PATH, body)
  expect([status, json.error.fields.map((field: { path: string }) => field.path)]).toEqual([400, [path]])
  expect((await ask('GET', PATH)).json).toEqual(before)
})

it('gives a name once', async () => {
  const wanted = { name: 'taken', verbs: ['read'], teams: ['*'] }
  expect((await ask('POST', PATH, wanted)).status).toBe(201)
  expect(await ask('POST', PATH, wanted)).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } })
})

it('refuses what was revoked from the next request on', async () => {
  const { secret, token } = (await ask('POST', PATH, { name: 'short', verbs: ['read'], teams: ['*'] })).json
  expect((await ask('GET', '/api/v1/alerts', undefined, secret)).status).toBe(200)
  expect(await ask('DELETE', `${PATH}/${token.id}`)).toMatchObject({ status: 200, json: { state: 'revoked' } })
  const refused = await ask('GET', '/api/v1/alerts', undefined, secret)
  expect([refused.status, refused.json.error.message]).toEqual([401, 'This token was revoked; ask for a new one.'])
})

it('rotates with an overlap of a day unless told', async () => {
  const old = (await ask('POST', PATH, { name: 'turning', verbs: ['read'], teams: ['*'] })).json
  const { status, json } = await ask('POST', `${PATH}/${old.token.id}/rotate`)
  expect(status).toBe(201)
  for (const secret of [old.secret, json.secret]) {
    expect((await ask('GET', '/api/v1/alerts', undefined, secret)).status).toBe(200)
  }
  const [, replaced] = (await ask('GET', PATH)).json.tokens
  const end = new Date(site.clock.now() + 24 * 3_600_000).toISOString()
  expect(replaced).toMatchObject({ id: old.token.id, state: 'replaced', expiresAt: end })
})

it('an ingest token names the source of its alerts, and does no more than that', async () => {
  const { secret } = (await ask('POST', PATH, { name: 'cluster-a', verbs: ['ingest'] })).json
  const alert = { labels: { alertname: 'FromA', team: 'alpha' }, annotations: {}, startsAt: 1, endsAt: null }
  const posted = await ask('POST', '/api/v1/webhooks/alertmanager', webhookPayload([alert]), secret)
  expect(posted.status).toBe(200)
  const { alerts } = (await ask('GET', '/api/v1/alerts?limit=1')).json
  expect(alerts).toMatchObject([{ source: 'cluster-a', labels: { alertname: 'FromA' } }])
  const metrics = await site.ask({ method: 'GET', path: '/metrics', headers: bearer(environment.READ_TOKEN) })
  expect(metrics.body).toMatch(/alertrouter_alerts_received_total\{source="cluster-a",status="firing"\} 1/)
  expect((await ask('GET', '/api/v1/alerts', undefined, secret)).status).toBe(403)
})

it('the use of a token is in the database within a minute', async () => {
  const { secret, token } = (await ask('POST', PATH, { name: 'used', verbs: ['read'], teams: ['*'] })).json
  await ask('GET', '/api/v1/alerts', undefined, secret)
  const usedAt = new Date(site.clock.now()).toISOString()
  await site.clock.advance(60_000, site.router.idle)
  const { tokens } = (await ask('GET', PATH)).json as { tokens: { id: number; lastUsedAt: string }[] }
  expect(tokens.find(({ id }) => id === token.id)?.lastUsedAt).toBe(usedAt)
})
