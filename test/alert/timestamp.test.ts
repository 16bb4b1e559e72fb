/** RFC 3339 as Go writes it. */
import { expect, it } from 'vitest'
import { isTime, readTime } from '../../src/alert/timestamp.ts'

const noon = Date.UTC(2026, 10, 20, 12)

it.each([
  ['2026-11-20T12:00:00Z', noon],
  ['2026-11-20T12:00:00.5Z', noon + 500],
  ['2026-11-20T12:00:00.568999999Z', noon + 568],
  ['2026-11-20T17:30:00.001234+05:30', noon + 1],
  ['2026-11-20T05:00:00-07:00', noon],
  ['0001-01-01T00:00:00Z', null],
  ['0001-01-01T00:00:00+00:00', null],
  [undefined, null],
  [null, null],
  ['', undefined],
  ['2026-11-20', undefined],
  ['Nov 20 2026', undefined],
  ['2026-11-20 12:00:00Z', undefined],
  ['2026-11-20T12:00:00', undefined],
  ['2026-13-20T12:00:00Z', undefined],
  ['2026-11-20T12:00:60Z', undefined],
  ['+012026-11-20T12:00:00Z', undefined],
  [1795176000000, undefined],
])('reads %j as %j', (text, expected) => {
  expect(readTime(text)).toBe(expected)
  expect(isTime(text)).toBe(expected !== undefined)
})
