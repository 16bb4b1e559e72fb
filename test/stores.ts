/** The stores that every store test runs on, each opened empty and migrated on a clock that obeys: `describe.each(stores)`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Database, Tx } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import { FakeClock } from './harness/clock.ts'

/** An open, migrated database; `close` also removes what it left on disk. */
export interface OpenStore {
  readonly db: Database
  readonly clock: FakeClock
  close(): Promise<void>
}

/** A further store is one more entry in `stores`. */
export interface TestedStore {
  readonly name: string
  open(): Promise<OpenStore>
}

export const stores: readonly TestedStore[] = [{ name: 'sqlite', open: openSqliteStore }]

/** Opens a store for the running test, which closes it at its end. */
export async function openForTest(store: TestedStore): Promise<OpenStore> {
  const opened = await store.open()
  onTestFinished(() => opened.close())
  return opened
}

/** Runs `work` in a transaction that keeps nothing, and swallows only the error that undoes it. */
export async function undone(db: Database, work: (tx: Tx) => Promise<unknown>): Promise<void> {
  const undo = new Error('undone on purpose')
  const transaction = db.transaction(async (tx) => {
    await work(tx)
    throw undo
  })
  await transaction.catch((error) => {
    if (error !== undo) throw error
  })
}

async function openSqliteStore(): Promise<OpenStore> {
  const clock = new FakeClock()
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-store-'))
  const db = await openSqlite({ file: join(folder, 'test.db'), now: () => clock.now() })
  await migrate(db, fileURLToPath(new URL('../migrations/sqlite/', import.meta.url)))
  const close = async () => {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { db, clock, close }
}
