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
  /** Those of `carried` to which the news was on its way when the member left: owed the end, and told anew if it returns. */
  readonly unsure?: readonly number[]
  /** It fired and resolved inside one wait: no flush ever released it, so nobody is told. */
  readonly unreleased: boolean
}

type Row = [
  groupId: number,
  joined: number | null,
  closed: number | null,
  versionId: number,
  carried: readonly number[],
  unreleased: 0 | 1,
  unsure?: readonly number[],
]

/** The text kept in an episode's row: `[[group, joined, closed, version, carried, unreleased, unsure?], …]`, 20 bytes each. */
export function membershipsText(memberships: readonly Membership[]): string {
  return `[${memberships.map(rowText).join()}]`
}

/** Put together by hand, a third of what JSON.stringify costs, once or twice for every alert there is. */
function rowText({ groupId, joined, closed, versionId, carried, unreleased, unsure }: Membership): string {
  const end = unsure === undefined ? '' : `,[${unsure.join()}]`
  return `[${groupId},${joined},${closed},${versionId},[${carried.join()}],${unreleased ? 1 : 0}${end}]`
}

export function membershipsFromText(episodeId: number, text: string): Membership[] {
  return (JSON.parse(text) as Row[]).map(([groupId, joined, closed, versionId, carried, unreleased, unsure]) => ({
    episodeId,
    groupId,
    joined,
    closed,
    versionId,
    carried,
    unreleased: unreleased === 1,
    ...(unsure && { unsure }),
  }))
}
