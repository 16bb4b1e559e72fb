/** Notifications over HTTP: filters, pages, and one with its attempts and the alerts it names. */
import { beforeEach, expect, it } from 'vitest'
import { busy, checkout, delivered, gone, Past, payments } from '../history/past.ts'

let past: Past

/** 1 slack and 2 webhook delivered, 3 to the default team dead, 4 slack pending. */
beforeEach(async () => {
  past = await Past.begin({ payments })
  await past.fire({ ...checkout, severity: 'critical' })
  await past.advance(5_000)
  past.answer = gone
  await past.fire({ alertname: 'Lonely' })
  await past.advance(5_000)
  past.answer = busy
  await past.fire({ ...checkout, alertname: 'Slow' })
  await past.advance(5_000)
})

it.each([
  ['', [4, 3, 2, 1]],
  ['?team=payments', [4, 2, 1]],
  ['?team=nobody', []],
  ['?state=dead', [3]],
  ['?state=pending', [4]],
  ['?state=pending&team=default', []],
  ['?channel=webhook', [1]],
  ['?channel=slack&state=delivered', [2]],
  ['?destination=1', [3]],
])('%s finds %j', async (query, found) => {
  const { notifications, next_cursor } = await past.get(`/api/v1/notifications${query}`)
  expect(notifications.map((n: { id: number }) => n.id)).toEqual(found)
  expect(next_cursor).toBeNull()
})

it('pages by cursor', async () => {
  const first = await past.get('/api/v1/notifications?limit=3')
  expect(first.notifications).toHaveLength(3)
  const second = await past.get(`/api/v1/notifications?limit=3&cursor=${first.next_cursor}`)
  expect(second).toMatchObject({ notifications: [{ id: 1, attempts: 1 }], next_cursor: null })
})

it('shows one with its attempts, its group and the alerts it names', async () => {
  past.answer = delivered
  await past.advance(600_000)
  const one = await past.get('/api/v1/notifications/4')
  expect(one).toMatchObject({
    reason: 'first',
    state: 'delivered',
    lateBecause: 'busy',
    destination: { team: 'payments', receiver: 'chat', channel: 'slack', reference: 'env:PAYMENTS_SLACK_URL' },
    group: { team: 'payments', routeId: 'talk', labels: { alertname: 'Slow' } },
    alerts: [{ id: 4, as: 'firing', news: true }],
    counts: { newlyFiring: 1, knownFiring: 0, newlyResolved: 0, missed: 0 },
  })
  expect(one.attempts.at(0)).toMatchObject({ n: 1, outcome: 'transient', status: 503, detail: 'busy' })
  expect(one.attempts.at(-1)).toMatchObject({ outcome: 'delivered', retryAt: null })
})

it('answers 404 for one that is not there', async () => {
  expect((await past.get('/api/v1/notifications/99', 404)).error.message).toMatch(/no notification 99/)
})
