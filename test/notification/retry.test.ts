/** When a destination is tried again: within bounds, spread out, and as long as the receiver asks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FIRST_RETRY_MS,
  LONGEST_RETRY_AFTER_MS,
  LONGEST_RETRY_MS,
  pauseEnd,
  retryDelayMs,
} from '../../src/notification/retry.ts'

const minute = 60_000

describe('the backoff', () => {
  it.each([
    [1, 2_000],
    [2, 4_000],
    [5, 32_000],
    [6, 50_000],
    [9, 50_000],
    [1_000, 50_000],
  ])('after failure %i lies between 1 s and %i ms', (failures, ceiling) => {
    expect(retryDelayMs(failures, null, 0)).toBe(1_000)
    expect(retryDelayMs(failures, null, 0.5)).toBe(Math.round((1_000 + ceiling) / 2))
    expect(retryDelayMs(failures, null, 1 - Number.EPSILON)).toBe(ceiling)
  })

  it('is a whole number of ms within the bounds, whatever is drawn', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), draw, (failures, random) => {
        const delay = retryDelayMs(failures, null, random)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(FIRST_RETRY_MS)
        expect(delay).toBeLessThanOrEqual(LONGEST_RETRY_MS)
      }),
    )
  })
})

describe('Retry-After', () => {
  it.each([
    ['is waited out in full, without jitter', 90_000, 90_000],
    ['may be longer than the longest backoff', 10 * minute, 10 * minute],
    ['is honoured up to 15 min', 15 * minute, 15 * minute],
    ['is cut at 15 min', 24 * 60 * minute, 15 * minute],
    ['of 0 still waits a second', 0, 1_000],
  ])('%s', (_, asked, delay) => {
    expect(retryDelayMs(1, asked, 0)).toBe(delay)
    expect(retryDelayMs(7, asked, 0.9)).toBe(delay)
    expect(delay).toBeLessThanOrEqual(LONGEST_RETRY_AFTER_MS)
  })
})

describe('a pause', () => {
  it.each([
    ['lasts until its end', 5_000, 5_000],
    ['is over when it is', -5_000, -5_000],
    ['may be as long as Retry-After', 15 * minute, 15 * minute],
    ['that would be longer is one from before the clock was set back', 15 * minute + 1, 0],
  ])('%s', (_, until, end) => {
    const now = 1_000_000_000
    expect(pauseEnd(now + until, now)).toBe(now + end)
  })
})
