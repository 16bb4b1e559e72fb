/** What happens next to one alert, and when, as far as its groups' rows and the documents in force can tell. Pure. */

import type { Membership } from '../group/membership.ts'
import { type GroupConfig, type GroupState, hearing } from '../group/state.ts'
import { dueAt } from '../group/timers.ts'
import { knowsFiring } from '../group/told.ts'

/**
 * - `attempt`: a pending notification of its group is sent; `at` is null when nothing stands in its way.
 * - `flush`: its group looks at what changed.
 * - `repeat`: its group is told again, if nothing else is told before.
 */
export interface Next {
  readonly what: 'attempt' | 'flush' | 'repeat'
  readonly groupId: number
  readonly destinationId: number | null
  /** Epoch ms. */
  readonly at: number | null
}

/** A place of the alert in a group. `config` is what the documents in force say of the group's route. */
export interface NextPlace {
  readonly member: Membership
  readonly ended: boolean
  readonly state: GroupState
  readonly config: GroupConfig
}

/** Soonest first. `notBefore` is the pause of a destination (epoch ms; in the past: none). */
export function whatNext(
  places: readonly NextPlace[],
  notBefore: (destinationId: number) => number,
  now: number,
): Next[] {
  const found = places.flatMap((place) => (place.ended || place.member.unreleased ? [] : nextOf(place, notBefore, now)))
  return found.sort((a, b) => (a.at ?? now) - (b.at ?? now))
}

function nextOf({ member, state, config }: NextPlace, notBefore: (id: number) => number, now: number): Next[] {
  const { groupId } = member
  const found: Next[] = []
  const flushAt = dueAt({ ...state, told: new Map() }, config)
  const unreleased = (member.joined ?? 0) > state.flushedSeq || (member.closed ?? 0) > state.flushedSeq
  const left = member.joined === null && member.carried.length > 0 && member.closed === null
  if (flushAt !== null && (unreleased || left)) found.push({ what: 'flush', groupId, destinationId: null, at: flushAt })
  for (const [destinationId, told] of state.told) {
    if (told.live !== null) {
      const pause = notBefore(destinationId)
      found.push({ what: 'attempt', groupId, destinationId, at: pause > now ? pause : null })
      continue
    }
    const repeats = hearing(config, destinationId, told) !== undefined && told.repeatFrom !== null
    if (!repeats || member.closed !== null || !knowsFiring(told, destinationId, member)) continue
    found.push({ what: 'repeat', groupId, destinationId, at: (told.repeatFrom ?? 0) + config.repeatIntervalMs })
  }
  return found
}
