/** What a notification shows: at most 50 alerts by id and the true counts; labels are read when it is sent. */
import type { Membership } from '../group/membership.ts'
import { standing, type Tally, type Told } from '../group/told.ts'

/** Alerts named in one message; the counts say how many there are. */
const SNAPSHOT_ALERTS = 50

export interface Snapshot {
  readonly counts: Tally
  /** [episode id, where it stands], firing first, changed before unchanged. */
  readonly alerts: readonly (readonly [episodeId: number, place: keyof Tally])[]
}

/** Which alerts to keep when there are too many: what changed is worth more than what is known. */
const worthShowing: readonly (keyof Tally)[] = ['newlyFiring', 'newlyResolved', 'missed', 'knownFiring']
const readingOrder: readonly (keyof Tally)[] = ['newlyFiring', 'knownFiring', 'newlyResolved', 'missed']

/** Only what the destination may hear: without `news` no firing alert that it does not know. */
export function takeSnapshot(
  told: Told,
  destinationId: number,
  members: Iterable<Membership>,
  upto: number,
  news: boolean,
): Snapshot {
  const places: Record<keyof Tally, number[]> = { newlyFiring: [], knownFiring: [], newlyResolved: [], missed: [] }
  const counts: Tally = { newlyFiring: 0, knownFiring: 0, newlyResolved: 0, missed: 0 }
  for (const member of members) {
    const place = standing(told, destinationId, member, upto)
    if (place === null || (!news && (place === 'newlyFiring' || place === 'missed'))) continue
    counts[place]++
    if (places[place].length < SNAPSHOT_ALERTS) places[place].push(member.episodeId)
  }
  let room = SNAPSHOT_ALERTS
  for (const place of worthShowing) {
    places[place].length = Math.min(places[place].length, room)
    room -= places[place].length
  }
  return { counts, alerts: readingOrder.flatMap((place) => places[place].map((id) => [id, place] as const)) }
}
