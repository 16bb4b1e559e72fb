/** True lives seen by two replicas, repeated and in any order, end in the truth. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AlertState, type Observation, observe, unknownAlert } from '../../src/episode/episode.ts'

interface Life {
  startsAt: number
  /** Null: the last life, still going on. */
  endsAt: number | null
}

const clock = 1_800_000_000_000
const second = 1000

/** One to three lives of one alert, none touching the next; the last may still be open. */
const lives = (shortestGap: number): fc.Arbitrary<Life[]> =>
  fc
    .tuple(
      fc.array(
        fc.tuple(fc.integer({ min: shortestGap, max: 3600 * second }), fc.integer({ min: 0, max: 3600 * second })),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      fc.boolean(),
    )
    .map(([steps, lastIsOpen]) => {
      let at = clock - 86_400 * second
      return steps.map(([gap, length], i) => {
        const startsAt = at + gap
        at = startsAt + length
        return { startsAt, endsAt: lastIsOpen && i === steps.length - 1 ? null : at }
      })
    })

/** What one replica tells of one life: each message at least once; its clock is off by `skew`. */
function messages(life: Life, firings: number, resolves: number, skew: number): Observation[] {
  const startsAt = life.startsAt + skew
  const told: Observation[] = Array.from({ length: firings }, () => ({ status: 'firing', startsAt, endsAt: null }))
  if (life.endsAt === null) return told
  const endsAt = life.endsAt + skew
  return [...told, ...Array.from({ length: resolves }, () => ({ status: 'resolved', startsAt, endsAt }) as const)]
}

/** All messages of both replicas in some order, each a little after the one before, all within ten minutes. */
function seen(lives: fc.Arbitrary<Life[]>, mostSkew: number) {
  const times = fc.integer({ min: 1, max: 3 })
  const skew = fc.integer({ min: 0, max: mostSkew })
  const replica = fc.tuple(times, times, skew)
  return lives
    .chain((truth) =>
      fc.tuple(
        fc.constant(truth),
        fc.array(fc.tuple(replica, replica), { minLength: truth.length, maxLength: truth.length }),
      ),
    )
    .chain(([truth, tellings]) => {
      const all = truth.flatMap((life, i) => (tellings[i] ?? []).flatMap((telling) => messages(life, ...telling)))
      return fc.record({
        truth: fc.constant(truth),
        order: fc.shuffledSubarray(all, { minLength: all.length }),
        everyMs: fc.integer({ min: 0, max: 15 * second }),
      })
    })
}

const runs = { numRuns: 10_000, seed: Date.now() | 0 }

it(`any order of exact times ends open since when it truly is (seed ${runs.seed})`, () => {
  fc.assert(
    fc.property(seen(lives(1), 0), ({ truth, order, everyMs }) => {
      let state: AlertState = unknownAlert
      let opened = 0
      let latestStart = Number.NEGATIVE_INFINITY
      let latestEnd = Number.NEGATIVE_INFINITY
      for (const [i, message] of order.entries()) {
        const after = observe(state, message, clock + i * everyMs)
        for (const change of after.changes) {
          if (change.type === 'open') opened++
          if (change.type === 'close') opened--
        }
        state = after.state
        if (message.status === 'firing') latestStart = Math.max(latestStart, message.startsAt)
        else latestEnd = Math.max(latestEnd, message.endsAt ?? 0)
        // At every moment: open exactly if something is known to have started after all that is known to have ended.
        expect(state.open !== null).toBe(latestStart > latestEnd)
        expect(opened).toBe(state.open === null ? 0 : 1)
      }
      const last = truth.at(-1)
      expect(state.open?.startsAt ?? null).toBe(last?.endsAt === null ? last.startsAt : null)
    }),
    runs,
  )
})

it(`replicas that disagree by milliseconds end open or closed as it truly is (seed ${runs.seed})`, () => {
  const mostSkew = 50
  fc.assert(
    fc.property(seen(lives(second), mostSkew), ({ truth, order, everyMs }) => {
      let state: AlertState = unknownAlert
      for (const [i, message] of order.entries()) state = observe(state, message, clock + i * everyMs).state
      const last = truth.at(-1)
      expect(state.open !== null).toBe(last?.endsAt === null)
      if (state.open !== null && last !== undefined) {
        expect(state.open.startsAt - last.startsAt).toBeGreaterThanOrEqual(0)
        expect(state.open.startsAt - last.startsAt).toBeLessThanOrEqual(mostSkew)
      }
    }),
    runs,
  )
})

it('a second telling of everything, in another order, changes nothing', () => {
  const twice = seen(lives(1), 0).chain(({ order }) =>
    fc.tuple(fc.constant(order), fc.shuffledSubarray(order, { minLength: order.length })),
  )
  fc.assert(
    fc.property(twice, ([first, second]) => {
      const known = first.reduce((state, message) => observe(state, message, clock).state, unknownAlert)
      for (const message of second) {
        const after = observe(known, message, clock)
        expect(after.state).toBe(known)
        expect(after.changes.map((change) => change.type)).toEqual([
          message.status === 'firing' && known.open !== null && message.startsAt >= known.open.startsAt
            ? 'repeat'
            : 'late-duplicate',
        ])
      }
    }),
    { numRuns: 2000 },
  )
})
