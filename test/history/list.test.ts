/** The list of alerts: each filter, and pages that are complete and without doubles while new alerts arrive. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkout, noon, Past, payments } from './past.ts'

const ledger = { ...checkout, service: 'ledger', severity: 'critical', env: 'test' }
const lonely = { alertname: 'Lonely', severity: 'info', note: '50% "off"_!' }
const lookalike = { alertname: 'Lookalike', text: '"severity":"critical"', severities: 'critical' }

let past: Past

async function ids(query: string): Promise<number[]> {
  const { alerts, next_cursor } = await past.get(`/api/v1/alerts${query}`)
  expect(next_cursor).toBeNull()
  return alerts.map((alert: { id: number }) => alert.id)
}

const encoded = (matcher: string) => encodeURIComponent(matcher)

/** 1 checkout and 2 ledger of payments, 3 lonely, 4 lookalike, a minute apart; 1 resolves in the end. */
beforeAll(async () => {
  past = await Past.open({ payments })
  for (const labels of [checkout, ledger, lonely, lookalike]) {
    await past.fire(labels)
    await past.advance(60_000)
  }
  await past.resolve(checkout)
})
afterAll(() => past.close())

it.each([
  ['', [4, 3, 2, 1]],
  ['?team=payments', [2, 1]],
  ['?team=pay', []],
  ['?team=Payments', []],
  ['?team=%25', []],
  ['?severity=critical', [2]],
  ['?severity=Critical', []],
  ['?severity=', [4]],
  ['?source=default', [4, 3, 2, 1]],
  ['?source=default&team=payments', [2, 1]],
  ['?source=Default', []],
  ['?state=firing', [4, 3, 2]],
  ['?state=resolved', [1]],
  ['?state=resolved&team=payments&severity=warning', [1]],
  [`?filter=${encoded('service="ledger"')}`, [2]],
  [`?filter=${encoded('service!="ledger"')}`, [4, 3, 1]],
  [`?filter=${encoded('service=~"led.*|check.*"')}`, [2, 1]],
  [`?filter=${encoded('service!~".+"')}`, [4, 3]],
  [`?filter=${encoded('service=""')}`, [4, 3]],
  [`?filter=${encoded('service=~".+"')}&filter=${encoded('env!="test"')}`, [1]],
  [`?filter=${encoded('service=~".+",env!="test"')}`, [1]],
  [`?filter=${encoded('note="50% \\"off\\"_!"')}`, [3]],
  [`?filter=${encoded('note="50X \\"off\\"_!"')}`, []],
  ['?since=2026-11-20T12:01:00Z', [4, 3, 2]],
  ['?since=2026-11-20T13:01:00%2B01:00', [4, 3, 2]],
  ['?since=2026-11-20T13:01:00+01:00', [4, 3, 2]],
  [`?since=${noon + 60_001}`, [4, 3]],
  [`?until=${noon + 60_000}`, [1]],
  [`?since=${noon + 60_000}&until=${noon + 120_001}`, [3, 2]],
  [`?since=${noon + 999_000_000}`, []],
  [`?until=${noon}`, []],
])('%s finds %j', async (query, found) => {
  expect(await ids(query)).toEqual(found)
})

it.each([
  ['?filter=service', /filter cannot be read.*Expected =/],
  [`?filter=${encoded('a=~"("')}`, /filter cannot be read/],
  ['?filter=', /empty filter/],
  ['?since=yesterday', /since is no time/],
  ['?until=2026-11-20', /until is no time/],
  ['?cursor=abc', /cursor is not one of this list/],
  ['?limit=0', /see fields/],
  ['?limit=201', /see fields/],
  ['?state=open', /see fields/],
])('%s is refused with a sentence', async (query, message) => {
  expect((await past.get(`/api/v1/alerts${query}`, 400)).error.message).toMatch(message)
})

it('shows an alert with the keys of the webhook and what the router knows', async () => {
  const { alerts } = await past.get('/api/v1/alerts?state=resolved')
  expect(alerts).toEqual([
    {
      id: 1,
      status: 'resolved',
      labels: checkout,
      annotations: { summary: 'it fires' },
      startsAt: '2026-11-20T12:00:00.000Z',
      endsAt: '2026-11-20T12:04:00.000Z',
      generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up&g0.tab=1',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      source: 'default',
      teams: ['payments'],
      ownership: 'label',
      receivedAt: '2026-11-20T12:00:00.000Z',
      lastSeenAt: '2026-11-20T12:04:00.000Z',
      closedAt: '2026-11-20T12:04:00.000Z',
      closeReason: 'resolved',
      repeats: 0,
      reopened: false,
    },
  ])
})

it.each([1, 7, 200])('pages of %i are complete and hold nothing twice while new alerts arrive', async (limit) => {
  const past = await Past.begin({ payments })
  await past.fire(...Array.from({ length: 150 }, (_, i) => ({ ...checkout, instance: `i${i}` })))
  const seen: number[] = []
  let cursor: string | null = ''
  for (let page = 0; cursor !== null; page++) {
    const query: string = `?limit=${limit}&filter=${encoded('instance=~"i.*"')}${cursor && `&cursor=${cursor}`}`
    const answer = await past.get(`/api/v1/alerts${query}`)
    seen.push(...answer.alerts.map((alert: { id: number }) => alert.id))
    cursor = answer.next_cursor
    await past.fire({ ...checkout, instance: `i-late-${page}` })
  }
  expect(seen).toEqual(Array.from({ length: 150 }, (_, i) => 150 - i))
})
