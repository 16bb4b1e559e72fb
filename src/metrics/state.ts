/** Gauges of what is there now: looked up at each scrape. */
import { Gauge } from '@prometheus-io/client'
import type { Space } from '../disk/space.ts'
import type { DestinationState } from '../history/destination-states.ts'
import { destinationGauges } from './destinations.ts'
import type { Named } from './named.ts'

/** What is looked up at the moment of a scrape. */
export interface GaugeSources {
  readonly episodesOpen: () => number
  readonly groupsOpen: () => number
  /** Told firing, closed, and not yet told resolved. */
  readonly debts: () => number
  /** Those of the documents in force, and those for which something is still pending. */
  readonly destinations: () => Iterable<DestinationState>
  readonly commitBacklogAlerts: () => number
  /** Episodes that history can only search one by one. */
  readonly searchUnindexedEpisodes: () => number
  /** Null before the first look at the disk. */
  readonly space: () => Space | null
  readonly heartbeatsMissing: () => number
  /** Whether the last self-audit found nothing. */
  readonly selfAuditOk: () => boolean
  /** By team: whether the document in TEAMS_DIR is the one in force. */
  readonly teamDocuments: () => Iterable<readonly [team: string, accepted: boolean]>
}

/** Gauges stay at 0, or absent, until `sources` answers. */
export function stateGauges(of: Named, sources: () => GaugeSources | null): void {
  const gauge = (name: string, help: string, read: (from: GaugeSources) => number) =>
    new Gauge({
      ...of(name, help),
      collect() {
        const from = sources()
        if (from !== null) this.set(read(from))
      },
    })
  gauge('episodes_open', 'Alerts that are firing.', (from) => from.episodesOpen())
  gauge('groups_open', 'Group lives in the working set.', (from) => from.groupsOpen())
  gauge('debts', 'Resolves that somebody is still owed.', (from) => from.debts())
  gauge('commit_backlog_alerts', 'Alerts that wait for a commit.', (from) => from.commitBacklogAlerts())
  gauge('disk_free_bytes', 'Room on the disk of the database.', (from) => from.space()?.free ?? 0)
  gauge('db_size_bytes', 'The database file.', (from) => from.space()?.database ?? 0)
  gauge('db_wal_bytes', 'The write-ahead log of the database.', (from) => from.space()?.wal ?? 0)
  gauge('search_unindexed_episodes', 'Episodes that the search index does not hold yet.', (from) =>
    from.searchUnindexedEpisodes(),
  )
  gauge('heartbeats_missing', 'Alerts that have to keep coming and did not.', (from) => from.heartbeatsMissing())
  gauge('self_audit_ok', '1 if the last self-audit found nothing, 0 if it did or could not be made.', (from) =>
    from.selfAuditOk() ? 1 : 0,
  )
  destinationGauges(of, () => sources()?.destinations() ?? [])
  new Gauge({
    ...of(
      'team_document_accepted',
      '1 if the document in TEAMS_DIR is in force, 0 if an earlier one or none is.',
      'team',
    ),
    collect() {
      this.reset()
      for (const [team, accepted] of sources()?.teamDocuments() ?? []) this.set({ team }, accepted ? 1 : 0)
    },
  })
}
