/** The members of living groups, from the rows of live episodes: a member is kept in its episode's row only. */
import { setImmediate } from 'node:timers/promises'
import type { Queryable } from '../db/database.ts'
import type { Membership } from '../group/membership.ts'
import { liveMemberships } from './group-store.ts'

/** Rows read before other requests get their turn: about 2 ms. */
const PAGE = 2_000

/** By group and episode. Reads every live episode once, whichever groups are asked for: about 1 us each. */
export async function membersOf(
  db: Queryable,
  groupIds: readonly number[],
): Promise<Map<number, Map<number, Membership>>> {
  const found = new Map<number, Map<number, Membership>>(groupIds.map((id) => [id, new Map()]))
  if (groupIds.length === 0) return found
  for (let after = 0; ; await setImmediate()) {
    const page = await liveMemberships(db, after, PAGE)
    for (const { id, memberships } of page) {
      for (const member of memberships) if (!member.unreleased) found.get(member.groupId)?.set(id, member)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return found
    after = last.id
  }
}
