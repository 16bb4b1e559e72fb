/** What the rows that stay refer to, so that it stays with them. Pure. */
import type { EpisodeRefs, VersionRefs } from './retention-store.ts'

/** Of the first episodes of a group that stay: when the last of them was received, and how far the group's closes go that are theirs. */
interface Reach {
  received: number
  readonly closed: number
}

/** Collected while the old rows are walked, oldest first; what is younger refers to nothing old. */
export class References {
  readonly #groups = new Map<number, Reach[]>()
  readonly requests = new Set<number>()
  readonly versions = new Set<number>()

  add({ at, memberships, openedBy, closedBy }: EpisodeRefs): void {
    for (const requestId of [openedBy, closedBy]) if (requestId !== null) this.requests.add(requestId)
    for (const { groupId, versionId, closed } of memberships) {
      this.versions.add(versionId)
      const reaches = this.#groups.get(groupId) ?? []
      // Received before the one before it, as when a clock was set back: then all of them count from here.
      for (let n = reaches.length - 1; (reaches[n]?.received ?? at) > at; n--) (reaches[n] as Reach).received = at
      reaches.push({ received: at, closed: Math.max(closed ?? Number.POSITIVE_INFINITY, reaches.at(-1)?.closed ?? 0) })
      this.#groups.set(groupId, reaches)
    }
  }

  /** Is an episode that stays a member of this group? */
  hasGroup(groupId: number): boolean {
    return this.#groups.has(groupId)
  }

  /**
   * May what was said in this group be about an episode that stays? `at` is when it was settled; of closes up to
   * `fromResolved` everything had been said before.
   */
  mayBeSpokenOf(groupId: number, at: number, fromResolved: number): boolean {
    const reaches = this.#groups.get(groupId) ?? []
    let [low, high] = [0, reaches.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((reaches[middle]?.received ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return (reaches[low - 1]?.closed ?? 0) > fromResolved
  }
}

/** Versions that another of the same team had replaced before `before`: nothing has been decided under them since. */
export function replacedBefore(versions: readonly VersionRefs[], before: number): number[] {
  const byTeam = Map.groupBy(versions, ({ team }) => team)
  return [...byTeam.values()].flatMap((ofTeam) => {
    const inOrder = ofTeam.toSorted((a, b) => a.id - b.id)
    return inOrder.flatMap(({ id }, n) => {
      const next = inOrder[n + 1]
      return next !== undefined && next.at < before ? [id] : []
    })
  })
}
