/** Whether alerts can be kept: what /readyz answers. Destinations do not count, or Alertmanager would stop delivering. */
import type { SelfAudit } from './audit/watch.ts'
import type { SqliteDatabase } from './db/sqlite.ts'
import type { DiskWatch } from './disk/watch.ts'
import type { Check, Readiness } from './http/health.ts'
import type { Store } from './store.ts'

/** A write tells whether alerts can be kept, and the room on the disk whether they soon cannot. The self-audit is shown beside, and does not count. */
export async function readiness(
  db: SqliteDatabase,
  store: Store,
  disk: DiskWatch,
  audit: SelfAudit,
): Promise<Readiness> {
  const written = await db
    .transaction((tx) => store.probe(tx))
    .then(
      () => ({ name: 'store', ok: db.broken === null, detail: db.broken ?? 'writable' }),
      (error: unknown) => ({
        name: 'store',
        ok: false,
        detail: error instanceof Error ? error.message : 'not writable',
      }),
    )
  const room = disk.check()
  return { ok: written.ok && room.ok, checks: [written, room, auditCheck(audit.failed(db.now()))] }
}

function auditCheck(failed: readonly string[]): Check {
  const detail = failed.length === 0 ? 'nothing found' : `failed, alerts are taken all the same: ${failed.join(', ')}`
  return { name: 'self-audit', ok: true, detail }
}
