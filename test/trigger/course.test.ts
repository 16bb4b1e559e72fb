/** One trigger from its cause to the last message: what counts as fired, told, ended, and what is said when it does not come. */
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { ActiveAlert } from '../../src/stack/prometheus-api.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import type { Cause } from '../../src/trigger/cause.ts'
import { Course } from '../../src/trigger/course.ts'
import type { Step } from '../../src/trigger/report.ts'
import { openRouter, type Router } from '../../src/trigger/router.ts'
import { running } from './scene.ts'

const cause: Cause = {
  ...{ key: 'k', does: 'nothing', holds: [], uses: [], traffic: 'any' },
  begin: async () => async () => {},
}
const trigger = { alert: 'SloErrors', severity: 'warning', labels: { service: 'ml-api' }, cause } as const

const chat = { id: 1, team: 'ml-platform', receiver: 'chat', channel: 'slack' }
const mail = { id: 2, team: 'ml-platform', receiver: 'mail', channel: 'email' }

type Told = 'nothing' | 'firing' | 'resolved'

/** What the router knows of the alert: set by the test, answered over HTTP. */
let life: { status: 'firing' | 'resolved'; told: readonly (readonly [typeof chat, Told])[] } | null
let router: Router
let steps: Step[]

beforeEach(async () => {
  life = null
  steps = []
  const standIn = await startStandIn(({ path }, response) => {
    const summary = {
      ...{ id: 7, status: life?.status ?? 'firing', receivedAt: '2026-11-21T12:00:00Z' },
      labels: { alertname: 'SloErrors', severity: 'warning', service: 'ml-api' },
    }
    const other = { ...summary, id: 8, labels: { ...summary.labels, service: 'model-server' } }
    const told = life?.told.map(([destination, told]) => ({ destination, told, owed: told === 'firing' }))
    const explained = { ...summary, told, next: [{ text: 'It is sent at 12:05.' }] }
    const list = { alerts: life === null ? [other] : [other, summary] }
    answer(response, 200, JSON.stringify(path.startsWith('/api/v1/alerts/7') ? explained : list))
  })
  onTestFinished(() => standIn.close())
  router = openRouter(running({ urls: { router: standIn.url } }))
})

function alert(state: 'pending' | 'firing', labels: Record<string, string> = {}): ActiveAlert {
  const own = { alertname: 'SloErrors', severity: 'warning', service: 'ml-api', ...labels }
  return { labels: own, annotations: {}, state, activeAt: Date.parse('2026-11-21T12:00:00Z') }
}

const opened = (of: Partial<Cause> = {}) =>
  new Course({ ...trigger, cause: { ...cause, ...of } }, 60_000, (step) => steps.push(step))
const seen = () => steps.map(({ what }) => what)

/** The router is asked once a second: so a look at something new may have to wait. */
async function looks(course: Course, alerts: readonly ActiveAlert[], until: () => boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        await course.look(alerts, router)
        return until()
      },
      { timeout: 5_000, interval: 100 },
    )
    .toBe(true)
}

describe('an alert', () => {
  it('is fired when Prometheus says so, told when every destination was, ended and told so again', async () => {
    const course = opened()
    await course.look([alert('firing', { service: 'model-server' }), alert('firing', { severity: 'critical' })], router)
    expect(course.isQuiet).toBe(true)
    course.begin(Date.now())
    await course.look([alert('pending')], router)
    await course.look([alert('pending'), alert('firing')], router)
    expect([course.hasFired, course.result().problem]).toEqual([
      false,
      'It fired, but was not told: the router has not heard of it.',
    ])
    life = {
      status: 'firing',
      told: [
        [chat, 'firing'],
        [mail, 'nothing'],
      ],
    }
    await looks(course, [alert('firing')], () => /12:05/.test(course.result().problem ?? ''))
    life = {
      status: 'firing',
      told: [
        [chat, 'firing'],
        [mail, 'firing'],
      ],
    }
    await looks(course, [alert('firing')], () => course.hasFired)
    expect(course.result()).toMatchObject({ problem: null, destinations: [chat, mail], resolvedAfterMs: null })
    course.end(Date.now())
    await course.look([alert('firing')], router)
    life = {
      status: 'resolved',
      told: [
        [chat, 'resolved'],
        [mail, 'firing'],
      ],
    }
    await looks(course, [], () => /its end was not told: It is sent/.test(course.result().problem ?? ''))
    life = {
      status: 'resolved',
      told: [
        [chat, 'resolved'],
        [mail, 'resolved'],
      ],
    }
    await looks(course, [], () => course.hasEnded)
    expect(course.result()).toMatchObject({
      ...{ alert: 'SloErrors', severity: 'warning', problem: null, destinationsResolved: [chat, mail] },
      ...{ firedAfterMs: expect.any(Number), toldResolvedAfterMs: expect.any(Number) },
    })
    expect(seen()).toEqual(['pending', 'firing', 'told-firing', 'resolved', 'told-resolved'])
  })

  it('that comes back has not ended', async () => {
    const course = opened()
    course.begin(Date.now())
    life = { status: 'firing', told: [[chat, 'firing']] }
    await looks(course, [alert('firing')], () => course.hasFired)
    course.end(Date.now())
    await course.look([], router)
    expect(course.result().resolvedAfterMs).not.toBeNull()
    await course.look([alert('pending')], router)
    expect(course.result()).toMatchObject({
      ...{ resolvedAfterMs: null, toldResolvedAfterMs: null },
      problem: 'It did not end; Prometheus has it pending.',
    })
  })

  it('that fires before anything was done is waited for', async () => {
    const course = opened()
    await course.look([alert('firing')], router)
    await course.look([alert('firing')], router)
    expect(course.isQuiet).toBe(false)
    expect(steps).toEqual([{ what: 'waits', alert: 'SloErrors (warning)', since: Date.parse('2026-11-21T12:00:00Z') }])
  })

  it('that does not fire says so', async () => {
    const course = opened()
    course.begin(Date.now())
    await course.look([], router)
    expect(course.result().problem).toBe('It did not fire; Prometheus has it inactive.')
  })

  it('of a router that cannot hear is told afterwards', async () => {
    const course = opened({ deafens: true })
    course.begin(Date.now())
    await course.look([alert('firing')], router)
    expect(course.hasFired).toBe(true)
    course.end(Date.now())
    life = { status: 'resolved', told: [[chat, 'resolved']] }
    await looks(course, [], () => course.hasEnded)
    expect(course.result()).toMatchObject({ problem: null, destinations: [chat], toldAfterMs: null })
  })

  it('that always fires neither begins nor ends', async () => {
    const course = opened({ always: true })
    course.begin(Date.now())
    await course.look([alert('firing')], router)
    expect([course.isQuiet, course.hasFired, course.hasEnded]).toEqual([true, true, true])
    expect(course.result().problem).toBeNull()
    expect(seen()).toEqual(['fires'])
  })

  it('is not lost with a router that does not answer for a while', async () => {
    const course = opened()
    course.begin(Date.now())
    await course.look([alert('firing')], openRouter(running({})))
    expect(course.result().problem).toMatch(/was not told: http:\/\/127.0.0.1:1 does not answer/)
  })
})
