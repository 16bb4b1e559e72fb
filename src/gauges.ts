/** What the gauges of /metrics read at the moment they are asked for. */
import type { SqliteDatabase } from './db/sqlite.ts'
import type { GaugeSources } from './metrics.ts'
import type { Store } from './store.ts'
import type { ReloadReport } from './team/loading.ts'

export function gaugeSources(db: SqliteDatabase, store: Store, report: () => ReloadReport): GaugeSources {
  return {
    episodesOpen: () => store.episodes.countOpen(),
    groupsOpen: () => store.groups.count(),
    debts: () => store.groups.countDebts(),
    notificationsPending: () => store.outbox.countPending(),
    oldestDueAgeMs: () => store.outbox.oldestDueAgeMs(db.now()),
    commitBacklogAlerts: () => db.backlog().weight,
    teamDocuments: () => {
      const { accepted, kept, refused } = report()
      const inForce = new Set([...accepted, ...kept])
      return [...inForce, ...refused].map((team) => [team, inForce.has(team)] as const)
    },
  }
}
