/** When what waits for a destination will be through, as far as pace, pauses and attempts tell. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ahead, throughAt } from '../../src/history/backlog.ts'
import { paceReadyAt, paceSpent } from '../../src/notification/pace.ts'

const now = 1_000_000
const slack = { burst: 3, everyMs: 1_000 }
const ahead: Ahead = {
  circuit: 'closed',
  notBefore: 0,
  pending: 500,
  waiting: 500,
  pace: slack,
  paceFullAt: 0,
  maxInFlight: 1,
  attemptMs: 200,
}

describe('everything will be through', () => {
  it.each<[string, Partial<Ahead>, number]>([
    ['after one second each but for the burst', {}, 497_200],
    ['later if the burst is spent', { paceFullAt: now + 3_000 }, 500_200],
    ['after the pause', { pending: 1, waiting: 1, notBefore: now + 30_000 }, 30_200],
    [
      'after the pause, with the burst saved up meanwhile',
      { notBefore: now + 30_000, paceFullAt: now + 3_000 },
      527_200,
    ],
    ['at once within the burst', { pending: 3, waiting: 3, attemptMs: 0 }, 0],
    ['as slowly as attempts are', { attemptMs: 2_000 }, 1_000_000],
    ['after those that share its pace', { pending: 1, waiting: 100 }, 97_200],
    ['once the one in flight has ended', { pending: 1, waiting: 0 }, 200],
    ['without a pace, side by side', { pace: null, waiting: 0, pending: 33, maxInFlight: 16 }, 600],
  ])('%s', (_, special, inMs) => {
    expect(throughAt({ ...ahead, ...special }, now)).toEqual({ at: now + inMs, unknownBecause: null })
  })

  it('exactly when the last of n has been let through by its pace', () => {
    const pace = fc.record({ burst: fc.integer({ min: 1, max: 10 }), everyMs: fc.integer({ min: 1, max: 2_000 }) })
    const count = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(pace, count, fc.nat(60_000), fc.nat(1_000), (pace, waiting, pause, fullness) => {
        const paceFullAt = now + Math.floor((fullness / 1_000) * pace.burst * pace.everyMs)
        const notBefore = now + pause
        let at = notBefore
        let fullAt = paceFullAt
        for (let n = 0; n < waiting; n++) {
          at = paceReadyAt(pace, fullAt, at)
          fullAt = paceSpent(pace, fullAt, at)
        }
        const through = throughAt(
          { ...ahead, pace, waiting, pending: waiting, notBefore, paceFullAt, attemptMs: 0 },
          now,
        )
        expect(through.at).toBe(at)
      }),
    )
  })
})

describe('nobody knows when', () => {
  it.each<[string, Partial<Ahead>, RegExp]>([
    ['nothing waits', { pending: 0, waiting: 0 }, /nothing waits/],
    ['its circuit is open', { circuit: 'open', notBefore: now + 5_000 }, /tried again at 1970-01-01T00:16:45/],
    ['it is about to be probed', { circuit: 'half-open' }, /one message now/],
  ])('when %s', (_, special, why) => {
    expect(throughAt({ ...ahead, ...special }, now)).toEqual({ at: null, unknownBecause: expect.stringMatching(why) })
  })
})
