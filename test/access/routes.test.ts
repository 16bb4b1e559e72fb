/** Every route against every kind of caller: who gets in, who sees what, and which pages of strangers are refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webhookPayload } from '../harness/alertmanager.ts'
import { basic, bearer } from '../http/test-app.ts'
import { type Row, table } from './route-table.ts'
import { type Asked, type Belongings, environment, openSite, type Site } from './site.ts'

const { INGEST_TOKEN, READ_TOKEN, ADMIN_TOKEN } = environment

interface Kind {
  readonly verbs: readonly string[]
  /** Null for all teams. */
  readonly team: string | null
  readonly secret: string | null
}

/** Tokens of the environment, made at run time, and none that is any good. */
async function everyKindOfCaller(site: Site): Promise<Record<string, Kind>> {
  const make = async (name: string, verbs: readonly string[], team: string | null, more: object = {}) => {
    const body = { name, verbs, ...(team === null ? { teams: ['*'] } : { teams: [team] }), ...more }
    const answer = await site.ask({ method: 'POST', path: '/api/v1/tokens', headers: bearer(ADMIN_TOKEN), body })
    const { secret, token } = JSON.parse(answer.body) as { secret: string; token: { id: number } }
    return { kind: { verbs, team, secret }, id: token.id }
  }
  const expired = await make('expired', ['read', 'edit', 'admin'], null, { expiresIn: '1h' })
  const revoked = await make('revoked', ['read', 'edit', 'admin'], null)
  await site.ask({ method: 'DELETE', path: `/api/v1/tokens/${revoked.id}`, headers: bearer(ADMIN_TOKEN) })
  const callers: Record<string, Kind> = {
    'no token': { verbs: [], team: null, secret: null },
    'a wrong token': { verbs: [], team: null, secret: 'wrong-0123456789abcdef' },
    'a made-up token': { verbs: [], team: null, secret: `ar_1_${'A'.repeat(43)}` },
    'an expired token': { ...expired.kind, verbs: [] },
    'a revoked token': { ...revoked.kind, verbs: [] },
    INGEST_TOKEN: { verbs: ['ingest'], team: null, secret: INGEST_TOKEN },
    READ_TOKEN: { verbs: ['read'], team: null, secret: READ_TOKEN },
    ADMIN_TOKEN: { verbs: ['read', 'edit', 'admin'], team: null, secret: ADMIN_TOKEN },
    'ingest as cluster-a': (await make('cluster-a', ['ingest'], null)).kind,
    'read of all teams': (await make('read-all', ['read'], null)).kind,
    'edit of all teams': (await make('edit-all', ['edit'], null)).kind,
    'admin only': (await make('admin-only', ['admin'], null)).kind,
    'read of team alpha': (await make('read-alpha', ['read'], 'alpha')).kind,
    'edit of team alpha': (await make('edit-alpha', ['edit'], 'alpha')).kind,
    'read and edit of team alpha': (await make('both-alpha', ['read', 'edit'], 'alpha')).kind,
    'read of a team without document': (await make('read-nobody', ['read'], 'nobody')).kind,
  }
  await site.clock.advance(2 * 3_600_000, site.router.idle)
  return callers
}

/** What the table promises this caller, at the address of something of `whose`. */
function expected({ who, answer, of }: Row, { verbs, team, secret }: Kind, whose: Belongings): number {
  if (who === 'anybody' || who === 'nobody') return answer
  const [verb = '', limited] = who.split('/')
  if (secret === null || verbs.length === 0) return 401
  if (!verbs.includes(verb)) return 403
  if (team === null) return answer
  if (limited === undefined) return 403
  return of === undefined || team === whose.team ? answer : 404
}

function ask(name: string, row: Row, whose: Belongings): Asked {
  const [method = '', path = ''] = name.split(' ')
  return { method, path: row.of?.(whose) ?? path.replace(':id', '999999'), body: row.body }
}

/** HEAD routes by the row of their GET. */
function rowOf(name: string): Row {
  const row = table[name.replace(/^HEAD /, 'GET ')]
  if (row === undefined) throw new Error(`${name} is not in route-table.ts: say there who may call it`)
  return row
}

const mutating = Object.keys(table).filter((name) => !/^(GET|OPTIONS)/.test(name) && table[name]?.who !== 'nobody')

describe('with tokens', () => {
  let site: Site
  let callers: Record<string, Kind>
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ site, close } = await openSite(environment))
    callers = await everyKindOfCaller(site)
  })
  afterAll(() => close())

  it('the table has every route and no other', () => {
    const declared = site.routes.filter((name) => !name.startsWith('HEAD '))
    expect(declared).toEqual(Object.keys(table).sort())
  })

  it('every route answers every kind of caller as the table says', async () => {
    const found: string[] = []
    for (const name of site.routes) {
      const row = rowOf(name)
      for (const [caller, kind] of Object.entries(callers)) {
        for (const whose of row.of === undefined ? [site.alpha] : [site.alpha, site.bravo]) {
          const headers = kind.secret === null ? {} : bearer(kind.secret)
          const { status, body } = await site.ask({ ...ask(name, row, whose), headers })
          const wanted = expected(row, kind, whose)
          if (status !== wanted) found.push(`${name} of ${whose.team}, ${caller}: ${status}, not ${wanted}: ${body}`)
        }
      }
    }
    expect(found).toEqual([])
  })

  it('no answer to a token of team alpha knows of team bravo', async () => {
    const limited = Object.entries(callers).filter(([, { team }]) => team !== null)
    let readable = 0
    for (const name of site.routes) {
      const row = rowOf(name)
      const asked = ask(name, row, site.alpha)
      const headers = bearer(READ_TOKEN)
      const whole = await site.ask({ ...asked, headers })
      if (row.of === undefined && /bravo/i.test(whole.body)) readable++
      for (const [caller, { secret }] of limited) {
        const paths = [asked.path, ...(row.of === undefined ? [`${asked.path}?team=bravo`] : [])]
        for (const path of paths) {
          const { status, body } = await site.ask({ ...asked, path, headers: bearer(String(secret)) })
          expect(body, `${name} ${path} for ${caller} (${status})`).not.toMatch(/bravo/i)
        }
      }
    }
    // What bravo has is there to be seen: alert, group, notification, destination, heartbeat, team, quarantine, in /metrics.
    expect(readable).toBeGreaterThanOrEqual(8)
  })

  it('of what belongs to another team nobody learns whether it is there', async () => {
    const secret = String(callers['read and edit of team alpha']?.secret)
    for (const [name, row] of Object.entries(table)) {
      if (row.of === undefined) continue
      const nothing: Belongings = {
        team: 'nothing',
        alert: 999_999,
        group: 999_999,
        notification: 999_999,
        destination: 999_999,
      }
      const [foreign, absent] = await Promise.all(
        [site.bravo, nothing].map((whose) => site.ask({ ...ask(name, row, whose), headers: bearer(secret) })),
      )
      const text = (body = '') => body.replace(/\b\d+\b/, 'n').replace(/"request_id":"[^"]*"/, '')
      expect([foreign?.status, text(foreign?.body)], name).toEqual([absent?.status, text(absent?.body)])
    }
  })

  it('says of each described operation which token it needs', async () => {
    const { body } = await site.ask({ method: 'GET', path: '/openapi.json', headers: bearer(READ_TOKEN) })
    const { paths } = JSON.parse(body) as {
      paths: Record<string, Record<string, { description: string; security: [] }>>
    }
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { description, security }] of Object.entries(operations)) {
        const { who } = rowOf(`${method.toUpperCase()} ${path.replaceAll('{', ':').replaceAll('}', '')}`)
        if (who === 'anybody') expect(security).toEqual([])
        else {
          expect(security).toEqual([{ token: [] }, { password: [] }])
          expect(description).toMatch(
            who.endsWith('/team')
              ? `Needs a token that allows ${who.split('/')[0]}, and goes by its teams.`
              : `Needs a token that allows ${who}, for all teams.`,
          )
        }
      }
    }
  })

  it.each(mutating)('%s: no page of another site may send the password along', async (name) => {
    const row = rowOf(name)
    const secret = row.who === 'ingest' ? INGEST_TOKEN : ADMIN_TOKEN
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      const headers = { ...basic(secret), origin }
      expect((await site.ask({ ...ask(name, row, site.alpha), headers })).status, origin).toBe(403)
    }
    const { status } = await site.ask({ ...ask(name, row, site.alpha), headers: basic(secret) })
    expect(status).toBe(row.answer)
  })

  it.each(['alerts', 'groups', 'notifications'])('pages of %s are complete for a token of one team', async (name) => {
    const alerts = Array.from({ length: 20 }, (_, n) => ({
      labels: { alertname: `${name}-${n}`, team: n % 3 === 0 ? 'alpha' : 'bravo' },
      annotations: {},
      startsAt: site.clock.now(),
      endsAt: null,
    }))
    const path = '/api/v1/webhooks/alertmanager'
    await site.ask({ method: 'POST', path, headers: bearer(INGEST_TOKEN), body: webhookPayload(alerts) })
    await site.router.idle()
    const idsOf = async (secret: string, query: string) => {
      const ids: number[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const next: string = cursor === '' ? '' : `&cursor=${cursor}`
        const asked = { method: 'GET', path: `/api/v1/${name}?${query}${next}`, headers: bearer(secret) }
        const answer = JSON.parse((await site.ask(asked)).body)
        ids.push(...answer[name].map(({ id }: { id: number }) => id))
        cursor = answer.next_cursor
      }
      return ids
    }
    const own = await idsOf(String(callers['read of team alpha']?.secret), 'limit=2')
    expect(own).toEqual(await idsOf(READ_TOKEN, 'team=alpha&limit=200'))
    expect(own.length).toBeGreaterThanOrEqual(8)
  })

  it('of an alert of two teams each sees what it did itself', async () => {
    const labels = { alertname: 'Shared', 'tier-alpha': 'yes', 'tier-bravo': 'yes' }
    const body = webhookPayload([{ labels, annotations: {}, startsAt: site.clock.now(), endsAt: null }])
    const path = '/api/v1/webhooks/alertmanager'
    await site.ask({ method: 'POST', path, headers: bearer(INGEST_TOKEN), body })
    await site.router.idle()
    const read = async (secret: string) => {
      const list = await site.ask({ method: 'GET', path: '/api/v1/alerts?limit=1', headers: bearer(secret) })
      const [{ id }] = JSON.parse(list.body).alerts
      return (await site.ask({ method: 'GET', path: `/api/v1/alerts/${id}`, headers: bearer(secret) })).body
    }
    const whole = JSON.parse(await read(READ_TOKEN))
    expect(whole).toMatchObject({ teams: ['alpha', 'bravo'], ownership: 'contested' })
    const own = JSON.parse(await read(String(callers['read of team alpha']?.secret)))
    const { teams, labels: shown, ...facts } = own
    expect(JSON.stringify(facts)).not.toMatch(/bravo/)
    const ofAlpha = (fact: { text: string }) => !/bravo/.test(JSON.stringify(fact))
    expect(facts.timeline).toEqual(whole.timeline.filter(ofAlpha))
    expect(facts.told).toEqual(whole.told.filter(ofAlpha))
    expect(facts.timeline.map(({ what }: { what: string }) => what)).toEqual(['received', 'routed', 'notification'])
  })

  it('counts every refusal by its reason', async () => {
    const { body } = await site.ask({ method: 'GET', path: '/metrics', headers: bearer(READ_TOKEN) })
    const reasons = [...body.matchAll(/^alertrouter_auth_failures_total\{reason="(\w+)"\} [1-9]/gm)].map((m) => m[1])
    expect(reasons.sort()).toEqual(['expired', 'missing', 'origin', 'revoked', 'teams', 'unknown', 'verb'])
  })
})

describe('without tokens', () => {
  let site: Site
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ site, close } = await openSite({}))
  })
  afterAll(() => close())

  it('a caller on this machine gets in everywhere', async () => {
    for (const name of site.routes) {
      const row = rowOf(name)
      const asked = ask(name, row, site.alpha)
      const headers = { 'content-type': 'application/json' }
      expect((await site.ask({ ...asked, headers })).status, name).toBe(row.answer)
    }
  })

  it.each(Object.keys(table).filter((name) => !['anybody', 'nobody'].includes(table[name]?.who ?? '')))(
    '%s: a name that leads here (DNS rebinding) is refused',
    async (name) => {
      const row = rowOf(name)
      const json = { 'content-type': 'application/json' }
      for (const host of [
        'evil.example',
        `evil.example:${new URL(site.router.url).port}`,
        'localhost:1',
        '127.0.0.1',
      ]) {
        const headers = { ...json, host }
        expect((await site.ask({ ...ask(name, row, site.alpha), headers })).status, host).toBe(403)
      }
    },
  )

  it.each(mutating)('%s: neither the page of another site nor a form gets in', async (name) => {
    const row = rowOf(name)
    const asked = ask(name, row, site.alpha)
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const headers = { 'content-type': 'application/json', origin }
      expect((await site.ask({ ...asked, headers })).status, origin).toBe(403)
    }
    // A browser sends DELETE across origins only after asking, so it needs no content type.
    if (asked.method === 'DELETE') return
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type }
      expect((await site.ask({ ...asked, headers })).status, type).toBe(415)
    }
    expect((await site.ask({ ...asked, body: undefined })).status, 'no content type').toBe(415)
  })
})
