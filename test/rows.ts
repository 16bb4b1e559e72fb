/** Rows for store tests: valid, plain, and only as special as the test makes them. */
import { labelsText, toLabels } from '../src/alert/labels.ts'
import type { Database, Tx } from '../src/db/database.ts'
import type { Episode } from '../src/episode/store.ts'
import type { Membership } from '../src/group/membership.ts'
import { newGroup } from '../src/group/state.ts'
import type { GroupLife } from '../src/group/store.ts'
import type { NewNotification } from '../src/notification/store.ts'
import { Store } from '../src/store.ts'
import { acceptVersion } from '../src/team/store.ts'

const noAlerts = { newlyFiring: 0, knownFiring: 0, newlyResolved: 0, missed: 0 }

export function anEpisode(id: number, special: Partial<Episode> = {}): Episode {
  return {
    id,
    sourceId: 1,
    fingerprint: `f${id}`,
    labelsText: labelsText(toLabels({ alertname: `A${id}` })),
    annotationsText: '{}',
    generatorId: 1,
    startsAt: 1_000,
    latestStartAt: 1_000,
    endsAt: null,
    status: 'open',
    closeReason: null,
    receivedAt: 2_000,
    lastSeenAt: 2_000,
    closedAt: null,
    reopened: false,
    repeats: 0,
    teams: ['default'],
    ownership: 'default',
    memberships: [],
    openedBy: null,
    closedBy: null,
    ...special,
  }
}

export function aGroup(id: number, versionId: number, special: Partial<GroupLife> = {}): GroupLife {
  const labels = special.labels ?? toLabels({ alertname: `A${id}` })
  return {
    id,
    team: 'default',
    routeId: 'main',
    labels,
    labelsText: labelsText(labels),
    about: null,
    versionId,
    openedAt: 1_000,
    state: newGroup,
    members: new Map(),
    stored: false,
    ...special,
  }
}

export function aMember(episodeId: number, groupId: number): Membership {
  return { episodeId, groupId, joined: episodeId, closed: null, versionId: 1, carried: [], unreleased: false }
}

export function aNotification(
  group: GroupLife,
  destinationId: number,
  special: Partial<NewNotification> = {},
): NewNotification {
  return {
    groupId: group.id,
    destinationId,
    versionId: group.versionId,
    reason: 'first',
    news: true,
    upto: 1,
    snapshot: { counts: { ...noAlerts, newlyFiring: 1 }, alerts: [[1, 'newlyFiring']] },
    createdAt: 1_000,
    lateBecause: null,
    severity: 'warning',
    fallbackAt: 601_000,
    giveUpAt: 86_401_000,
    insteadOf: null,
    fromFiring: 0,
    fromResolved: 0,
    ...special,
  }
}

export function aVersion(tx: Tx, team = 'default'): Promise<number> {
  return acceptVersion(tx, { team, document: `team: ${team}\n`, file: `${team}.yml` })
}

/** A store as a fresh process finds it. */
export async function reloadedStore(db: Database, afterCrash = false): Promise<Store> {
  const store = new Store()
  await db.transaction((tx) => store.load(tx, afterCrash))
  return store
}
