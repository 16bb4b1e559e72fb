/** Routing documents on every store: all that were ever accepted, and which one is in force. */
import { describe, expect, it } from 'vitest'
import {
  acceptVersion,
  retireTeam,
  routedUnder,
  saveRoutedUnder,
  versionById,
  versionsInForce,
} from '../../src/team/store.ts'
import { openForTest, stores } from '../stores.ts'

const web = { team: 'web', document: 'team: web\n', file: 'web.yml' }
const ops = { team: 'ops', document: 'team: ops\n', file: 'ops.yaml' }

describe.each(stores)('$name', (store) => {
  it('puts the latest accepted version of each team in force and keeps the older ones', async () => {
    const { db, clock } = await openForTest(store)
    const changed = { ...web, document: 'team: web # changed\n' }
    const [first, , second] = await db.transaction(async (tx) => [
      await acceptVersion(tx, web),
      await acceptVersion(tx, ops),
      await acceptVersion(tx, changed),
    ])
    expect(await versionsInForce(db.reader)).toEqual([
      { id: 2, ...ops, acceptedAt: clock.now() },
      { id: second, ...changed, acceptedAt: clock.now() },
    ])
    expect(await versionById(db.reader, first ?? 0)).toEqual({ id: first, ...web, acceptedAt: clock.now() })
    expect(await versionById(db.reader, 99)).toBeUndefined()
  })

  it('lets a team go and come back', async () => {
    const { db } = await openForTest(store)
    const id = await db.transaction((tx) => acceptVersion(tx, web))
    await db.transaction((tx) => retireTeam(tx, 'web'))
    expect(await versionsInForce(db.reader)).toEqual([])
    expect(await versionById(db.reader, id)).toMatchObject(web)
    const again = await db.transaction((tx) => acceptVersion(tx, web))
    expect(again).toBeGreaterThan(id)
    expect(await versionsInForce(db.reader)).toMatchObject([{ id: again }])
  })

  it('remembers under which routing everything was last placed', async () => {
    const { db } = await openForTest(store)
    expect(await routedUnder(db.reader)).toBeNull()
    await db.transaction((tx) => saveRoutedUnder(tx, 'web:1'))
    await db.transaction((tx) => saveRoutedUnder(tx, 'ops:2 web:3'))
    expect(await routedUnder(db.reader)).toBe('ops:2 web:3')
  })
})
