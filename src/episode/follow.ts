/** Carries what the rules say of a received alert into its episode and its groups, inside the transaction of one request. */
import type { Labels } from '../alert/labels.ts'
import type { Tx } from '../db/database.ts'
import type { GroupLives } from '../group/lives.ts'
import type { Membership } from '../group/membership.ts'
import { heartbeatNoteText } from '../heartbeat/note.ts'
import type { Store } from '../store.ts'
import type { Placed, Routing } from '../team/routing.ts'
import type { Change, LastClose } from './episode.ts'
import { type Ending, endEpisode, newEpisode, type Recognised } from './observe.ts'
import { type AlertRecord, addNote } from './store.ts'

/** What a request's alerts did. `mismatched` of them carry a fingerprint that is not FNV-1a of their labels. */
export interface IngestSummary {
  opened: number
  closed: number
  repeated: number
  quarantined: number
  mismatched: number
  /** How long each life lasted that ended, by the source's times. */
  readonly lifetimesMs: number[]
}

/** One open request being taken in. */
export interface Intake {
  readonly store: Store
  readonly routing: Routing
  readonly tx: Tx
  readonly sourceId: number
  /** Null for what the router raises itself. */
  readonly requestId: number | null
  readonly groups: GroupLives
  readonly summary: IngestSummary
}

/** Carries one change of an alert into its episode and its groups. */
export async function followChange(
  intake: Intake,
  recognised: Recognised,
  change: Change,
  lastClose: LastClose | null,
): Promise<void> {
  const { summary, tx, requestId } = intake
  const { episodes } = intake.store
  const { alert, record } = recognised
  const open = record.open
  switch (change.type) {
    case 'open':
      summary.opened++
      return openEpisode(intake, recognised, change)
    case 'repeat': {
      if (open === null) return
      summary.repeated++
      const moved = open.startsAt !== change.startsAt || open.latestStartAt !== change.latestStartAt
      episodes.touch(open, tx.now, alert.annotationsText)
      if (!moved) return
      open.startsAt = change.startsAt
      open.latestStartAt = change.latestStartAt
      await episodes.save(tx, open)
      return
    }
    case 'close':
      if (open === null) return
      summary.closed++
      summary.lifetimesMs.push(change.endsAt - open.startsAt)
      return closeOpen(intake, record, { endsAt: change.endsAt, reason: 'resolved', requestId }, alert.labels)
    case 'record-closed':
      summary.closed++
      summary.lifetimesMs.push(change.endsAt - change.startsAt)
      return recordClosed(intake, recognised, change)
    case 'late-duplicate':
      summary.repeated++
      if (lastClose !== null && lastClose !== record.lastClose) {
        await episodes.correctEnd(tx, record, lastClose, requestId)
      }
  }
}

/** Ends the open episode of an alert, if there is one, in its groups and in its row. The caller keeps `lastClose`. */
export async function closeOpen(
  { store, tx, groups }: Pick<Intake, 'store' | 'tx' | 'groups'>,
  record: AlertRecord,
  ending: Ending,
  labels: Labels,
): Promise<void> {
  const { open } = record
  if (open === null) return
  endEpisode(open, ending, tx.now)
  record.open = null
  record.closed = open
  await groups.close(open, labels)
  await store.episodes.save(tx, open)
}

/** A new life: route it, let it join its groups, and keep it. */
async function openEpisode(
  intake: Intake,
  recognised: Recognised,
  { startsAt, reopened }: { startsAt: number; reopened: boolean },
): Promise<void> {
  const { tx, groups } = intake
  const { episodes } = intake.store
  const { labels } = recognised.alert
  const placed = place(intake, labels)
  const id = await episodes.nextId(tx)
  const life = { startsAt, latestStartAt: startsAt, reopened }
  const generator = generatorOf(intake, recognised)
  const generatorId = typeof generator === 'number' ? generator : await generator
  const episode = newEpisode(
    id,
    { sourceId: intake.sourceId, requestId: intake.requestId, generatorId, now: tx.now },
    recognised,
    life,
    placed,
  )
  const memberships: Membership[] = []
  for (const placement of placed.placements) memberships.push(await groups.join(placement, id, labels))
  episode.memberships = memberships
  await episodes.insert(tx, recognised.record, episode)
  for (const beaten of placed.heartbeats) {
    await addNote(tx, id, 'heartbeat', heartbeatNoteText(beaten, memberships.length > 0))
  }
}

/** A life of which only the end was seen is history, and told to nobody. */
async function recordClosed(
  intake: Intake,
  recognised: Recognised,
  { startsAt, endsAt }: { startsAt: number; endsAt: number },
): Promise<void> {
  const { episodes } = intake.store
  const placed = place(intake, recognised.alert.labels)
  const id = await episodes.nextId(intake.tx)
  const life = { startsAt, latestStartAt: startsAt, reopened: false }
  const generatorId = await generatorOf(intake, recognised)
  const episode = newEpisode(
    id,
    { sourceId: intake.sourceId, requestId: intake.requestId, generatorId, now: intake.tx.now },
    recognised,
    life,
    placed,
  )
  endEpisode(episode, { endsAt, reason: 'resolved', requestId: intake.requestId }, intake.tx.now)
  await episodes.insertClosed(intake.tx, recognised.record, episode)
}

/** What the router says about itself has rules of its own. */
function place({ routing, sourceId, store }: Intake, labels: Labels): Placed {
  if (sourceId !== store.ownSourceId) return routing.place(labels)
  return routing.placeOwn(labels, (id) => store.outbox.isDown(id))
}

/** The link's id comes from memory but for the first alert of its rule in a day. */
function generatorOf({ store, tx }: Intake, { alert: { generatorUrl } }: Recognised): number | Promise<number> {
  return store.requests.knownGenerator(generatorUrl, tx.now) ?? store.requests.generatorId(tx, generatorUrl)
}
