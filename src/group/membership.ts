/** One episode's place in one group life, numbered so that a watermark can say how far a destination was told. */

/**
 * `joined` and `closed` are numbers of the group's change sequence. A membership that left (its route is gone) has
 * `joined` null and lives on only for the destinations in `carried`, which are owed the resolve.
 */
export interface Membership {
  readonly episodeId: number
  readonly groupId: number
  readonly joined: number | null
  readonly closed: number | null
  /** The team document version it was routed under. */
  readonly versionId: number
  /** Destinations known to have been told firing outside this group's watermarks (carried over, or frozen on leaving). */
  readonly carried: readonly number[]
  /** It fired and resolved inside one wait: no flush ever released it, so nobody is told. */
  readonly unreleased: boolean
}

type Row = [
  groupId: number,
  joined: number | null,
  closed: number | null,
  versionId: number,
  carried: number[],
  unreleased: 0 | 1,
]

/** The text kept in an episode's row: `[[group, joined, closed, version, carried, unreleased], …]`, about 20 bytes each. */
export function membershipsText(memberships: readonly Membership[]): string {
  return JSON.stringify(
    memberships.map((m): Row => [m.groupId, m.joined, m.closed, m.versionId, [...m.carried], m.unreleased ? 1 : 0]),
  )
}

export function membershipsFromText(episodeId: number, text: string): Membership[] {
  return (JSON.parse(text) as Row[]).map(([groupId, joined, closed, versionId, carried, unreleased]) => ({
    episodeId,
    groupId,
    joined,
    closed,
    versionId,
    carried,
    unreleased: unreleased === 1,
  }))
}
