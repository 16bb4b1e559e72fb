/** What is kept of a delivery besides its alerts, on every store. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { type RequestRow, RequestStore } from '../../src/alert/store.ts'
import { openForTest, stores, undone } from '../stores.ts'

const request: RequestRow = {
  sourceId: 1,
  receiver: 'router',
  groupKey: '{}:{alertname="Down"}',
  externalUrl: 'http://alertmanager.test',
  notificationReason: null,
  truncated: 0,
  opened: 1,
  closed: 2,
  repeated: 3,
  quarantined: 4,
}

describe.each(stores)('$name', (store) => {
  it('gives a source one id for ever', async () => {
    const { db } = await openForTest(store)
    const requests = new RequestStore()
    const ids = await db.transaction(async (tx) => [
      await requests.sourceId(tx, 'default'),
      await requests.sourceId(tx, 'staging'),
      await requests.sourceId(tx, 'default'),
    ])
    expect(ids).toEqual([1, 2, 1])
    await requests.load(db.reader)
    expect(await db.transaction((tx) => requests.sourceId(tx, 'staging'))).toBe(2)
  })

  it('forgets a source that was rolled back', async () => {
    const { db } = await openForTest(store)
    const requests = new RequestStore()
    db.onRollback((tx) => requests.load(tx))
    await undone(db, (tx) => requests.sourceId(tx, 'ghost'))
    const ids = await db.transaction(async (tx) => [
      await requests.sourceId(tx, 'default'),
      await requests.sourceId(tx, 'ghost'),
    ])
    expect(ids).toEqual([1, 2])
  })

  it('stores a generator link once, also beyond the 10,000 that are remembered', { timeout: 60_000 }, async () => {
    const { db } = await openForTest(store)
    const requests = new RequestStore()
    const url = (n: number) => `http://prometheus.test/graph?g0.expr=rule${n}`
    const first = await db.transaction((tx) => requests.generatorId(tx, url(0)))
    await db.transaction(async (tx) => {
      for (let n = 1; n <= 10_000; n++) await requests.generatorId(tx, url(n))
    })
    const [again, last] = await db.transaction(async (tx) => [
      await requests.generatorId(tx, url(0)),
      await requests.generatorId(tx, url(10_000)),
    ])
    expect(again).toBe(first)
    expect(await requests.generatorUrls(db.reader, [first, last ?? 0, first, 999_999])).toEqual(
      new Map([
        [first, url(0)],
        [last, url(10_000)],
      ]),
    )
    const stored = await db.reader.get(sql`select count(*) as links from generator`)
    expect(stored).toEqual({ links: 10_001 })
    expect(await requests.generatorUrls(db.reader, [])).toEqual(new Map())
  })

  it('notes once a day that a link is in use', async () => {
    const { db, clock } = await openForTest(store)
    const requests = new RequestStore()
    const link = 'http://prometheus.test/graph'
    const use = () =>
      db.transaction(async (tx) => requests.knownGenerator(link, tx.now) ?? (await requests.generatorId(tx, link)))
    const noted = async () => (await db.reader.get<{ used_at: number }>(sql`select used_at from generator`))?.used_at
    const first = clock.now()
    const id = await use()
    for (const [hours, at] of [
      [23, first],
      [1, first + 24 * 3_600_000],
      [2, first + 24 * 3_600_000],
    ] as const) {
      await clock.advance(hours * 3_600_000, async () => {})
      expect(await use()).toBe(id)
      expect(await noted()).toBe(at)
    }
  })

  it('numbers requests in order of receipt and keeps what they did', async () => {
    const { db, clock } = await openForTest(store)
    const requests = new RequestStore()
    const ids = await db.transaction(async (tx) => {
      const sourceId = await requests.sourceId(tx, 'default')
      const first = await requests.nextRequestId(tx)
      await requests.insertRequest(tx, first, { ...request, sourceId })
      const second = await requests.nextRequestId(tx)
      await requests.insertRequest(tx, second, {
        ...request,
        sourceId,
        externalUrl: '',
        notificationReason: 'repeat',
      })
      return [first, second]
    })
    expect(ids).toEqual([1, 2])
    const rows = await db.reader.all(sql`select * from request order by id`)
    expect(rows).toEqual([
      {
        ...{ id: 1, source_id: 1, received_at: clock.now(), receiver: 'router', group_key: request.groupKey },
        ...{ external_url: request.externalUrl, notification_reason: null, truncated: 0 },
        ...{ opened: 1, closed: 2, repeated: 3, quarantined: 4 },
      },
      expect.objectContaining({ id: 2, external_url: '', notification_reason: 'repeat' }),
    ])
    await requests.load(db.reader)
    expect(await db.transaction((tx) => requests.nextRequestId(tx))).toBe(3)
  })

  it.each([
    [1, 'http://alertmanager.test'],
    [7, ''],
    [null, ''],
    [undefined, ''],
  ])('knows where the sender of request %s lives', async (id, url) => {
    const { db } = await openForTest(store)
    const requests = new RequestStore()
    await db.transaction(async (tx) => {
      const sourceId = await requests.sourceId(tx, 'default')
      await requests.insertRequest(tx, await requests.nextRequestId(tx), { ...request, sourceId })
    })
    expect(await requests.externalUrlOf(db.reader, id)).toBe(url)
  })

  it('keeps what could not be understood as evidence', async () => {
    const { db, clock } = await openForTest(store)
    const requests = new RequestStore()
    await db.transaction(async (tx) => {
      const sourceId = await requests.sourceId(tx, 'default')
      await requests.quarantine(tx, sourceId, 'alert 1 was not understood', '{"labels":"no"}')
    })
    const rows = await db.reader.all(sql`select source_id, received_at, reason, body from quarantine`)
    expect(rows).toEqual([
      { source_id: 1, received_at: clock.now(), reason: 'alert 1 was not understood', body: '{"labels":"no"}' },
    ])
  })
})
