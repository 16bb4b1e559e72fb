/** Holds received alerts against what is known of them, and turns the rules' changes into episodes. */
import { fingerprint } from '../alert/fingerprint.ts'
import { identify, ownKey } from '../alert/identity.ts'
import type { ReceivedAlert } from '../alert/received.ts'
import type { Tx } from '../db/database.ts'
import type { Placed } from '../team/routing.ts'
import type { CloseReason } from './episode.ts'
import type { AlertRecord, Episode } from './store.ts'
import type { EpisodeWorkingSet } from './working-set.ts'

/** A received alert beside the record of the alert it is. */
export interface Recognised {
  readonly alert: ReceivedAlert
  readonly fingerprint: string
  readonly record: AlertRecord
  /** The sender hashes otherwise than FNV-1a of the labels it sends. */
  readonly mismatch: boolean
}

/** Finds the record behind each alert, in order; alerts of one request that are the same share theirs. */
export async function recognise(
  episodes: EpisodeWorkingSet,
  tx: Tx,
  sourceId: number,
  alerts: readonly ReceivedAlert[],
): Promise<Recognised[]> {
  const records = await episodes.find(
    tx,
    sourceId,
    alerts.map((alert) => alert.fingerprint),
  )
  const recognised: Recognised[] = []
  for (const [n, alert] of alerts.entries()) {
    const record = records[n]
    if (record === undefined) throw new Error(`no record came for ${alert.fingerprint}`)
    const isItself = record.labelsText === alert.labelsText || isPlainlyNew(episodes, record, alert)
    if (!isItself) recognised.push(await recogniseStranger(episodes, tx, sourceId, alert, record))
    else {
      record.labelsText ??= alert.labelsText
      recognised.push({ alert, fingerprint: alert.fingerprint, record, mismatch: false })
    }
  }
  for (const record of records) if (record.labelsText === null) episodes.discard(record)
  return recognised
}

/**
 * Nearly every new alert: nobody lives under its fingerprint, which is the hash of its labels. Only a collision, which
 * has to be constructed, could have made another key for them.
 */
function isPlainlyNew(episodes: EpisodeWorkingSet, record: AlertRecord, alert: ReceivedAlert): boolean {
  return record.labelsText === null && !episodes.knowsTwins && fingerprint(alert.labels) === alert.fingerprint
}

/** Labels not known under the sender's fingerprint: a new alert, or one that shares it with another. */
async function recogniseStranger(
  episodes: EpisodeWorkingSet,
  tx: Tx,
  sourceId: number,
  alert: ReceivedAlert,
  first: AlertRecord,
): Promise<Recognised> {
  const computed = fingerprint(alert.labels)
  const own = ownKey(alert.fingerprint, computed)
  const ownRecord = await episodes.peek(tx, sourceId, own)
  const known = (key: string) => labelsKnown(key === alert.fingerprint ? first : ownRecord)
  const identity = identify(alert, known, computed)
  let record = first
  if (identity.fingerprint !== alert.fingerprint) {
    record = ownRecord ?? (await episodes.find(tx, sourceId, [own]))[0] ?? first
  }
  record.labelsText ??= alert.labelsText
  return { alert, fingerprint: identity.fingerprint, record, mismatch: identity.differs === true }
}

function labelsKnown(record: AlertRecord | undefined): { labelsText: string } | undefined {
  return record?.labelsText == null ? undefined : { labelsText: record.labelsText }
}

/** An episode as it begins, not yet written and in no group. */
export function newEpisode(
  id: number,
  origin: { sourceId: number; requestId: number | null; generatorId: number; now: number },
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

/** How an episode ends. `requestId` is null where no request said so. */
export interface Ending {
  readonly endsAt: number
  readonly reason: CloseReason
  readonly requestId: number | null
}

/** Ends an episode in memory; the store writes it. It stays live until nobody is owed and nothing late can come. */
export function endEpisode(episode: Episode, { endsAt, reason, requestId }: Ending, now: number): void {
  episode.endsAt = endsAt
  episode.status = 'closing'
  episode.closeReason = reason
  episode.closedAt = now
  if (reason === 'resolved') episode.lastSeenAt = now
  episode.closedBy = requestId
}
