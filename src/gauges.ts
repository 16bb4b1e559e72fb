/** What the gauges of /metrics read at the moment they are asked for. */
import type { SelfAudit } from './audit/watch.ts'
import type { SqliteDatabase } from './db/sqlite.ts'
import type { DiskWatch } from './disk/watch.ts'
import { destinationStates } from './history/destination-states.ts'
import type { SearchIndex } from './history/search-index.ts'
import type { GaugeSources } from './metrics/state.ts'
import type { Pipeline } from './pipeline.ts'
import type { ReloadReport } from './team/loading.ts'

/** What is asked. */
interface Asked {
  readonly db: SqliteDatabase
  readonly pipeline: Pipeline
  readonly audit: SelfAudit
  readonly disk: DiskWatch
  readonly search: SearchIndex
  readonly report: () => ReloadReport
}

export function gaugeSources({ db, pipeline, audit, disk, search, report }: Asked): GaugeSources {
  const { store } = pipeline
  return {
    episodesOpen: () => store.episodes.countOpen(),
    groupsOpen: () => store.groups.count(),
    debts: () => store.groups.countDebts(),
    destinations: () => destinationStates(store, pipeline.routing(), db.now()),
    commitBacklogAlerts: () => db.backlog().weight,
    space: () => disk.space,
    searchUnindexedEpisodes: () => search.unindexed(),
    heartbeatsMissing: () => store.heartbeats.countMissing(),
    selfAuditOk: () => audit.failed(db.now()).length === 0,
    teamDocuments: () => {
      const { accepted, kept, refused } = report()
      const inForce = new Set([...accepted, ...kept])
      return [...inForce, ...refused].map((team) => [team, inForce.has(team)] as const)
    },
  }
}
