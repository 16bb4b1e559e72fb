/** What notifications said of one alert, and what each destination knows of it by now. Pure: from rows, never stored. */
import type { Membership } from '../group/membership.ts'
import { isDebt, knowsFiring, standing, type Tally, type Told, toldNothing } from '../group/told.ts'
import type { Snapshot } from '../notification/snapshot.ts'
import type { NotificationState } from './notification-store.ts'

/** What the derivations read of a notification. */
export interface Said {
  readonly id: number
  readonly groupId: number
  readonly destinationId: number
  readonly fromFiring: number
  readonly fromResolved: number
  readonly upto: number
  readonly news: boolean
  readonly snapshot: Snapshot
  readonly state: NotificationState
  readonly inDoubt: boolean
}

/** How a notification speaks of one alert. `news`: the destination did not know it before. */
export interface Spoken {
  readonly as: 'firing' | 'resolved' | 'missed'
  readonly news: boolean
}

export const spokenAs: Readonly<Record<keyof Tally, Spoken>> = {
  newlyFiring: { as: 'firing', news: true },
  knownFiring: { as: 'firing', news: false },
  newlyResolved: { as: 'resolved', news: true },
  missed: { as: 'missed', news: true },
}

/**
 * How `said` speaks of the member; null when it does not. Up to 50 alerts are listed by id; of the others only the
 * numbers are kept, and the watermarks it was decided under tell whether this one was counted among them.
 * `deadUpto`: how far messages to this destination had died before it was decided.
 */
export function spokenOf(said: Said, member: Membership, deadUpto: number): Spoken | null {
  const { counts, alerts } = said.snapshot
  const listed = alerts.find(([id]) => id === member.episodeId)
  if (listed !== undefined) return spokenAs[listed[1]]
  const before: Told = { ...toldNothing, firingUpto: said.fromFiring, resolvedUpto: said.fromResolved, deadUpto }
  const place = standing(before, said.destinationId, member, said.upto)
  if (place === null || (!said.news && (place === 'newlyFiring' || place === 'missed'))) return null
  const shown = alerts.reduce((count, [, at]) => (at === place ? count + 1 : count), 0)
  return counts[place] > shown ? spokenAs[place] : null
}

/** All that speak of the member, of one group's notifications in order of their ids. */
export function allSpoken<N extends Said>(
  notifications: readonly N[],
  member: Membership,
): { readonly said: N; readonly spoken: Spoken }[] {
  const deadUpto = new Map<number, number>()
  const found: { said: N; spoken: Spoken }[] = []
  for (const said of notifications) {
    const dead = deadUpto.get(said.destinationId) ?? 0
    const spoken = spokenOf(said, member, dead)
    if (spoken !== null) found.push({ said, spoken })
    if (said.state === 'dead') deadUpto.set(said.destinationId, Math.max(dead, said.upto))
  }
  return found
}

/** What one destination knows. */
export interface Knowledge {
  readonly destinationId: number
  readonly told: 'nothing' | 'firing' | 'resolved'
  /** It was told firing, the alert is over, and it is still to be told so. */
  readonly owed: boolean
  /** An attempt whose outcome is unknown may have told it more. */
  readonly inDoubt: boolean
}

/** One group's part in what destinations know. */
export interface Place {
  readonly member: Membership
  readonly told: ReadonlyMap<number, Told>
  readonly spoken: readonly { readonly said: Said; readonly spoken: Spoken }[]
}

/**
 * One entry per destination that any of the places knows, by id. Watermarks alone cannot say it of an alert that is
 * over: they pass over resolves that nobody wanted and over alerts that were never released.
 */
export function knowledge(places: readonly Place[]): Knowledge[] {
  const ids = new Set(places.flatMap(({ told, member }) => [...told.keys(), ...member.carried]))
  return [...ids]
    .sort((a, b) => a - b)
    .map((destinationId) => {
      const each = places.map((place) => knownFrom(place, destinationId))
      const told = each.some((k) => k.told === 'resolved')
        ? 'resolved'
        : each.some((k) => k.told === 'firing')
          ? 'firing'
          : 'nothing'
      return { destinationId, told, owed: each.some((k) => k.owed), inDoubt: each.some((k) => k.inDoubt) }
    })
}

function knownFrom({ member, told, spoken }: Place, id: number): Omit<Knowledge, 'destinationId'> {
  const watermarks = told.get(id) ?? toldNothing
  const toIt = spoken.filter(({ said }) => said.destinationId === id)
  const delivered = toIt.filter(({ said }) => said.state === 'delivered')
  const onItsWay = member.unsure?.includes(id) === true && delivered.length === 0
  const inDoubt = onItsWay || toIt.some(({ said }) => said.state === 'pending' && said.inDoubt)
  if (delivered.some(({ spoken: { as } }) => as !== 'firing')) return { told: 'resolved', owed: false, inDoubt }
  if (member.unreleased) return { told: 'nothing', owed: false, inDoubt }
  const isOpen = member.closed === null || member.closed > watermarks.resolvedUpto
  const knows = (isOpen && knowsFiring(watermarks, id, member)) || member.carried.includes(id) || delivered.length > 0
  return { told: knows ? 'firing' : 'nothing', owed: isDebt(watermarks, id, member), inDoubt }
}
