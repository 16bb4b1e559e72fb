/** Which notifications may speak of what stays, against asking every episode that stays. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { References } from '../../src/history/references.ts'
import type { EpisodeRefs } from '../../src/history/retention-store.ts'
import { aMember } from '../rows.ts'

const member = fc.record({
  at: fc.integer({ min: 0, max: 20 }),
  group: fc.integer({ min: 1, max: 2 }),
  closed: fc.option(fc.integer({ min: 1, max: 20 })),
})

it('keeps what may speak of a member, though clocks were set back, and with clocks in order nothing else', () => {
  const asked = {
    group: fc.integer({ min: 1, max: 3 }),
    at: fc.integer({ min: 0, max: 20 }),
    told: fc.integer({ min: 0, max: 20 }),
  }
  fc.assert(
    fc.property(fc.array(member), fc.boolean(), fc.record(asked), (members, inOrder, { group, at, told }) => {
      const walked = inOrder ? members.toSorted((a, b) => a.at - b.at) : members
      const references = new References()
      for (const [id, { at, group, closed }] of walked.entries())
        references.add(refs(id, at, { ...aMember(id, group), closed }))
      const speaks = walked.some((m) => m.group === group && m.at <= at && (m.closed ?? 99) > told)
      const kept = references.mayBeSpokenOf(group, at, told)
      if (speaks || inOrder) expect(kept).toBe(speaks)
      expect(references.hasGroup(group)).toBe(walked.some((m) => m.group === group))
    }),
    { numRuns: 2_000 },
  )
})

function refs(id: number, at: number, membership: EpisodeRefs['memberships'][number]): EpisodeRefs {
  const nothing = { closedAt: null, generatorId: 1, openedBy: null, closedBy: null }
  return { id, at, status: 'closed', memberships: [membership], ...nothing }
}
