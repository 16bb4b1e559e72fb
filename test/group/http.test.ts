/** Groups over HTTP: members, what each destination knows, and when they speak next. */
import { expect, it } from 'vitest'
import { busy, checkout, delivered, noon, Past, payments } from '../history/past.ts'

const at = (ms: number) => new Date(noon + ms).toISOString()
const ledger = { ...checkout, service: 'ledger' }

it('shows living groups newest first, by team and page', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout, { ...checkout, alertname: 'Slow' }, { alertname: 'Lonely' })
  const all = await past.get('/api/v1/groups?limit=2')
  expect(all.groups.map((g: { id: number; team: string }) => [g.id, g.team])).toEqual([
    [3, 'default'],
    [2, 'payments'],
  ])
  const rest = await past.get(`/api/v1/groups?limit=2&cursor=${all.next_cursor}`)
  expect(rest).toMatchObject({ groups: [{ id: 1 }], next_cursor: null })
  expect((await past.get('/api/v1/groups?team=default')).groups).toMatchObject([{ id: 3 }])
})

it('says what waits before the first flush, and what is known after it', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout, ledger)
  const [waiting] = (await past.get('/api/v1/groups')).groups
  expect(waiting).toMatchObject({
    routeId: 'talk',
    receiver: 'chat',
    labels: { alertname: 'Errors' },
    lastFlushAt: null,
    dueAt: at(5_000),
    members: { firing: 2, owed: 0 },
    destinations: [{ current: true, toldAt: null, knows: 0, untold: 2, pending: null, repeatAt: null }],
  })
  await past.advance(5_000)
  const repeatAt = at(5_000 + 4 * 3_600_000)
  expect(await past.get('/api/v1/groups/1')).toMatchObject({
    lastFlushAt: at(5_000),
    dueAt: repeatAt,
    alerts: [2, 1],
    destinations: [{ toldAt: at(5_000), knows: 2, untold: 0, owed: 0, repeatAt }],
  })
})

it('counts what is owed while a receiver is down, and keeps the life readable after its end', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout, ledger)
  await past.advance(60_000)
  past.answer = busy
  await past.resolve(checkout)
  await past.advance(60_000)
  expect(await past.get('/api/v1/groups/1')).toMatchObject({
    members: { firing: 1, owed: 1 },
    alerts: [2],
    destinations: [{ knows: 1, owed: 1, pending: 2, repeatAt: null }],
  })
  past.answer = delivered
  await past.resolve(ledger)
  await past.advance(600_000)
  expect((await past.get('/api/v1/groups')).groups).toEqual([])
  expect(await past.get('/api/v1/groups/1')).toMatchObject({
    endedAt: expect.any(String),
    dueAt: null,
    members: { firing: 0, owed: 0 },
    alerts: [],
  })
})

it('answers 404 for one that is not there', async () => {
  const past = await Past.begin()
  expect((await past.get('/api/v1/groups/9', 404)).error.message).toMatch(/no group 9/)
})
