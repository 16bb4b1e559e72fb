/** What counts as a complete answer of an Alertmanager, and what is said when there is none. */
import { describe, expect, it } from 'vitest'
import { askAlertmanager } from '../../src/source/alertmanager.ts'
import type { Answer } from '../../src/source/answer.ts'
import { parseClusters } from '../../src/source/clusters.ts'
import { answer } from '../../src/stand-in/stand-in.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'
import { AlertmanagerApi, type Respond } from '../harness/alertmanager-api.ts'
import { FakeClock } from '../harness/clock.ts'

const HOUR = 3_600_000
const down = { alertname: 'Down', instance: 'a' }
const full = { alertname: 'Full' }

class Desk {
  readonly clock = new FakeClock()
  readonly stop = new AbortController()
  api!: AlertmanagerApi

  static async open(): Promise<Desk> {
    const desk = new Desk()
    desk.api = await AlertmanagerApi.start(desk.clock)
    return desk
  }

  ask(wanted: readonly string[] = [], url = this.api.url): Promise<Answer> {
    const replica = parseClusters(url)[0]?.replicas[0]
    if (replica === undefined) throw new Error('one was named')
    const { clock } = this
    const signal = this.stop.signal
    return askAlertmanager({ replica, askedAt: clock.now(), wanted: new Set(wanted), clock, signal })
  }

  /** Answers the list of alerts so, and the status as ever. */
  alerts(respond: Respond): void {
    this.api.respond = (received, response) => {
      if (received.path.startsWith('/api/v2/alerts')) respond(received, response)
      else answer(response, 200, JSON.stringify(this.api.body('/api/v2/status')), this.api.headers)
    }
  }
}

describe('a complete answer', () => {
  it('lists all alerts, muted ones too, and tells for how long it is up by its own clock', async () => {
    const desk = await Desk.open()
    desk.api.list(down, { state: 'suppressed' })
    desk.api.list(full)
    desk.api.cluster = { name: 'one', members: ['one', 'other'] }
    expect(await desk.ask()).toEqual({
      askedAt: desk.clock.now(),
      upMs: HOUR,
      member: 'one',
      peers: ['one', 'other'],
      listed: new Set([fingerprintOf(down), fingerprintOf(full)]),
      active: [],
    })
    expect(desk.api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true',
      'GET /api/v2/status',
    ])
  })

  it('has the wanted alerts whole, if they are active', async () => {
    const desk = await Desk.open()
    desk.api.list(down, { startsAt: 1_000 })
    desk.api.list(full, { state: 'suppressed' })
    const { active } = await desk.ask([fingerprintOf(down), fingerprintOf(full)])
    expect(active).toMatchObject([
      { status: 'firing', labels: down, startsAt: 1_000, fingerprint: fingerprintOf(down) },
    ])
  })

  it('is found under a path prefix', async () => {
    const desk = await Desk.open()
    desk.api.respond = ({ path }, response) => {
      expect(path).toMatch(/^\/prefix\/api\/v2\//)
      answer(response, 200, JSON.stringify(desk.api.body(path.replace('/prefix', ''))), desk.api.headers)
    }
    expect(await desk.ask([], `${desk.api.url}/prefix/`)).toMatchObject({ upMs: HOUR })
  })

  it('is asked for with the credentials of the URL, and without any when there are none', async () => {
    const desk = await Desk.open()
    await desk.ask()
    await desk.ask([], desk.api.url.replace('//', '//ops:p%C3%BC@'))
    const sent = desk.api.requests.map(({ headers }) => headers.authorization)
    const basic = `Basic ${Buffer.from('ops:pü').toString('base64')}`
    expect(sent).toEqual([undefined, undefined, basic, basic])
  })

  it('may hold tens of thousands of alerts', async () => {
    const desk = await Desk.open()
    const all = Array.from({ length: 20_000 }, (_, i) => ({ alertname: 'Down', instance: `${i} "[{` }))
    for (const labels of all) desk.api.list(labels)
    const { listed } = await desk.ask()
    expect(listed.size).toBe(20_000)
    expect(all.every((labels) => listed.has(fingerprintOf(labels)))).toBe(true)
  })

  it('does not trust a list that was read before a restart', async () => {
    const desk = await Desk.open()
    desk.api.respond = ({ path }, response) => {
      const { headers } = desk.api
      if (path === '/api/v2/status') desk.api.restart()
      answer(response, 200, JSON.stringify(desk.api.body(path)), headers)
    }
    expect((await desk.ask()).upMs).toBeLessThanOrEqual(0)
  })
})

describe('no complete answer', () => {
  it.each<[string, Respond, RegExp]>([
    ['an error', (_, to) => answer(to, 503, 'Limit of concurrent GET requests reached'), /^it answers 503$/],
    [
      'a redirect',
      (_, to) => answer(to, 302, '', { location: '/elsewhere' }),
      /302, a redirect, which is not followed/,
    ],
    ['no authorisation', (_, to) => answer(to, 401, ''), /401: write user:password@/],
    ['another server', (_, to) => answer(to, 404, ''), /404: is this an Alertmanager/],
    ['204', (_, to) => answer(to, 204, ''), /it answers 204/],
    ['a page', (_, to) => answer(to, 200, '<html></html>'), /cannot be read: the JSON is not a list/],
    ['an object', (_, to) => answer(to, 200, '{"status":"success"}'), /cannot be read/],
    ['nothing', (_, to) => answer(to, 200, ''), /breaks off/],
    ['half a list', (_, to) => answer(to, 200, '[{"fingerprint":"a"'), /breaks off/],
    ['alerts of another kind', (_, to) => answer(to, 200, '[{"name":"a"}]'), /cannot be read: fingerprint/],
    ['broken JSON', (_, to) => answer(to, 200, '[{"a":}]'), /cannot be read/],
    [
      'no Date',
      (_, to) => {
        to.sendDate = false
        answer(to, 200, '[]')
      },
      /no Date/,
    ],
    [
      'a connection that breaks off',
      (_, to) => {
        to.writeHead(200, { 'content-length': '1000' })
        to.write('[', () => to.destroy())
      },
      /terminated|closed|aborted|reset/,
    ],
  ])('%s', async (_, respond, message) => {
    const desk = await Desk.open()
    desk.alerts(respond)
    await expect(desk.ask()).rejects.toThrow(message)
    await expect(desk.ask()).rejects.toHaveProperty('name', 'NoAnswerError')
    expect(desk.api.requests.every(({ path }) => path.startsWith('/api/v2/alerts'))).toBe(true)
  })

  it('when only the status is missing', async () => {
    const desk = await Desk.open()
    desk.api.respond = ({ path }, response) =>
      path === '/api/v2/status' ? answer(response, 500, '') : answer(response, 200, '[]', desk.api.headers)
    await expect(desk.ask()).rejects.toThrow('it answers 500')
  })

  it('when nobody listens, whatever the name resolves to', async () => {
    const desk = await Desk.open()
    await desk.api.refuse()
    await expect(desk.ask()).rejects.toThrow(/ECONNREFUSED/)
    await expect(desk.ask([], desk.api.url.replace('127.0.0.1', 'localhost'))).rejects.toThrow(/ECONNREFUSED/)
  })

  it('when it takes longer than 10 s', async () => {
    const desk = await Desk.open()
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    desk.api.respond = () => resolve()
    const answered = expect(desk.ask()).rejects.toThrow('not within 10 s')
    await asked
    await desk.clock.advance(9_999, async () => {})
    expect(desk.clock.pending()).toEqual([1])
    await desk.clock.advance(1, async () => {})
    await answered
    expect(desk.clock.pending()).toEqual([])
  })

  it('when a list never ends', async () => {
    const desk = await Desk.open()
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    desk.alerts((_, response) => {
      response.writeHead(200, desk.api.headers)
      response.write('[')
      resolve()
    })
    const answered = expect(desk.ask()).rejects.toThrow('not within 10 s')
    await asked
    await desk.clock.advance(10_000, async () => {})
    await answered
  })

  it('when the router stops', async () => {
    const desk = await Desk.open()
    desk.api.respond = () => desk.stop.abort(new Error('the router stops'))
    await expect(desk.ask()).rejects.toThrow('the router stops')
  })

  it('and no password is in what is said of it', async () => {
    const desk = await Desk.open()
    await desk.api.refuse()
    const error: unknown = await desk.ask([], desk.api.url.replace('//', '//ops:hunter2@')).catch((e: unknown) => e)
    const { message, stack, cause } = error as Error
    expect(`${message} ${stack} ${JSON.stringify(cause)} ${String(cause)}`).not.toContain('hunter2')
  })
})
