/** When a destination counts as down, and what an outcome makes of its failures. */
import { describe, expect, it } from 'vitest'
import type { Outcome, Receipt } from '../../src/channel/channel.ts'
import { circuitOf, isBroken, OPENS_AFTER } from '../../src/notification/circuit.ts'
import { failuresAfter, outcomeFor } from '../../src/notification/outcome.ts'

const now = 1_000

describe('a circuit', () => {
  it.each([
    [0, 0, 'closed'],
    [1, now + 1, 'closed'],
    [OPENS_AFTER - 1, now + 1, 'closed'],
    [OPENS_AFTER, now + 1, 'open'],
    [OPENS_AFTER, now, 'half-open'],
    [OPENS_AFTER, 0, 'half-open'],
    [1_000, now + 1, 'open'],
    [0, now + 1, 'closed'],
  ])('with %i failures and a pause until %i is %s', (failures, notBefore, state) => {
    expect(circuitOf({ failures, notBefore }, now)).toBe(state)
    expect(isBroken(failures)).toBe(state !== 'closed')
  })
})

const receipt = (outcome: Outcome, about?: Receipt['about']): Receipt => ({
  ...{ outcome, status: null, detail: '', retryAfterMs: null },
  ...(about && { about }),
})

describe('failures in a row', () => {
  it.each([
    ['a delivery ends them', receipt('delivered'), 5, 5, 0],
    ['a transient failure is one more', receipt('transient'), 2, 2, 3],
    ['so is silence', receipt('unknown'), 2, 2, 3],
    ['and a refusal of the destination as a whole', receipt('permanent', 'destination'), 2, 2, 3],
    ['or one that does not say of what', receipt('permanent'), 2, 2, 3],
    ['who refuses one message listens', receipt('permanent', 'payload'), 5, 5, 0],
    ['failures side by side are one', receipt('transient'), 3, 2, 3],
    ['an old attempt takes nothing back', receipt('transient'), 7, 2, 7],
  ])('%s', (_, answer, failures, atClaim, after) => {
    expect(failuresAfter(failures, atClaim, answer)).toBe(after)
  })
})

describe('a notification', () => {
  it.each([
    [false, receipt('delivered'), 'delivered'],
    [true, receipt('delivered'), 'delivered'],
    [false, receipt('transient'), 'retry'],
    [true, receipt('transient'), 'in-doubt'],
    [false, receipt('unknown'), 'in-doubt'],
    [false, receipt('permanent'), 'dead'],
    [true, receipt('permanent'), 'dead-in-doubt'],
  ] as const)('in doubt %s and then %o is %s', (inDoubt, answer, settled) => {
    expect(outcomeFor(inDoubt, answer)).toBe(settled)
  })
})
