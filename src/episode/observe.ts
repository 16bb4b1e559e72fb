/** Holds received alerts against what is known of them, and turns the rules' changes into episodes. */

import { fingerprint } from '../alert/fingerprint.ts'
import { identify, ownKey } from '../alert/identity.ts'
import type { ReceivedAlert } from '../alert/received.ts'
import type { Tx } from '../db/database.ts'
import type { Placed } from '../team/routing.ts'
import type { AlertRecord, Episode } from './store.ts'
import { alertKey, type EpisodeWorkingSet } from './working-set.ts'

/** A received alert beside the record of the alert it is. */
export interface Recognised {
  readonly alert: ReceivedAlert
  readonly fingerprint: string
  readonly record: AlertRecord
  /** The sender hashes otherwise than FNV-1a of the labels it sends. */
  readonly mismatch: boolean
}

/** Finds the record behind each alert; alerts of one request that are the same share theirs. */
export async function recognise(
  episodes: EpisodeWorkingSet,
  tx: Tx,
  sourceId: number,
  alerts: readonly ReceivedAlert[],
): Promise<Recognised[]> {
  const records = await episodes.find(
    tx,
    alerts.map((alert) => alertKey(sourceId, alert.fingerprint)),
  )
  const recordOf = (key: string) => records.get(alertKey(sourceId, key))
  const strangers = alerts.filter((alert) => recordOf(alert.fingerprint)?.labelsText !== alert.labelsText)
  const ownKeys = strangers.map((alert) => alertKey(sourceId, ownKey(alert.fingerprint, fingerprint(alert.labels))))
  for (const [key, record] of await episodes.find(tx, ownKeys)) if (!records.has(key)) records.set(key, record)

  return alerts.map((alert) => {
    const identity = identify(alert, (key) => {
      const record = recordOf(key)
      return record?.labelsText == null ? undefined : { labelsText: record.labelsText }
    })
    const record = recordOf(identity.fingerprint)
    if (record === undefined) throw new Error(`no record was prepared for fingerprint ${identity.fingerprint}`)
    record.labelsText ??= alert.labelsText
    return { alert, fingerprint: identity.fingerprint, record, mismatch: identity.differs === true }
  })
}

/** An episode as it begins, not yet written and in no group. */
export function newEpisode(
  id: number,
  origin: { sourceId: number; requestId: number; generatorId: number; now: number },
  { alert, fingerprint }: Recognised,
  life: { startsAt: number; latestStartAt: number; reopened: boolean },
  placed: Pick<Placed, 'teams' | 'ownership'>,
): Episode {
  return {
    id,
    sourceId: origin.sourceId,
    fingerprint,
    labelsText: alert.labelsText,
    annotationsText: alert.annotationsText,
    generatorId: origin.generatorId,
    startsAt: life.startsAt,
    latestStartAt: life.latestStartAt,
    endsAt: null,
    status: 'open',
    closeReason: null,
    receivedAt: origin.now,
    lastSeenAt: origin.now,
    closedAt: null,
    reopened: life.reopened,
    repeats: 0,
    teams: placed.teams,
    ownership: placed.ownership,
    memberships: [],
    openedBy: origin.requestId,
    closedBy: null,
  }
}

/** Ends an episode in memory; the store writes it. It stays live until nobody is owed and no late duplicate can come. */
export function endEpisode(episode: Episode, endsAt: number, now: number, requestId: number | null): void {
  episode.endsAt = endsAt
  episode.status = 'closing'
  episode.closeReason = 'resolved'
  episode.closedAt = now
  episode.lastSeenAt = now
  episode.closedBy = requestId
}
