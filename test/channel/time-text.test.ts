/** Times and durations as text. */
import { expect, it } from 'vitest'
import { durationText, lasting, rfc3339, utcMinute, utcTime } from '../../src/channel/time-text.ts'

it.each([
  [0, '0 s'],
  [-5_000, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [273_600_000, '3 d 4 h'],
  [Number.NaN, '0 s'],
])('lasts %d ms: %s', (ms, expected) => {
  expect(durationText(ms)).toBe(expected)
})

it('writes UTC to the minute and RFC 3339 to the millisecond', () => {
  const at = Date.UTC(2026, 10, 20, 9, 5, 7, 12)
  expect(utcMinute(at)).toBe('2026-11-20 09:05 UTC')
  expect(rfc3339(at)).toBe('2026-11-20T09:05:07.012Z')
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e300])('survives the time %d', (at) => {
  expect(utcMinute(at)).toMatch(/UTC$/)
})

it('leaves the date out where it is that of a moment the reader knows', () => {
  const at = Date.UTC(2026, 10, 20, 23, 59)
  expect(utcTime(at, at - 3_600_000)).toBe('23:59 UTC')
  expect(utcTime(at, at + 60_000)).toBe('2026-11-20 23:59 UTC')
  expect(utcTime(Date.UTC(-1, 0, 1), at)).toBe('-000001-01-01 00:00 UTC')
})

it('does not say how long it has lasted when it has only begun', () => {
  expect([lasting(59_999), lasting(60_000)]).toEqual(['', ', 1 min'])
})
