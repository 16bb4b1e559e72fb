/** Whether alerts can be kept: what /readyz answers. Destinations do not count, or Alertmanager would stop delivering. */
import type { SqliteDatabase } from './db/sqlite.ts'
import type { Readiness } from './http/health.ts'
import type { Store } from './store.ts'

/** A write that is rolled back tells whether alerts can be kept; destinations do not count. */
export async function readiness(db: SqliteDatabase, store: Store): Promise<Readiness> {
  const check = await db
    .transaction((tx) => store.probe(tx))
    .then(
      () => ({ name: 'store', ok: db.broken === null, detail: db.broken ?? 'writable' }),
      (error: unknown) => ({
        name: 'store',
        ok: false,
        detail: error instanceof Error ? error.message : 'not writable',
      }),
    )
  return { ok: check.ok, checks: [check] }
}
