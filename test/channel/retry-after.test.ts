/** Retry-After in all its spellings. */
import { expect, it } from 'vitest'
import { retryAfterMs } from '../../src/channel/retry-after.ts'

const NOW = Date.UTC(2026, 10, 20, 14, 2, 0)

it.each([
  ['absent', null, null],
  ['empty', '', null],
  ['seconds', '30', 30_000],
  ['zero seconds', '0', 0],
  ['surrounded by spaces', ' 7 ', 7_000],
  ['exactly 15 minutes', '900', 900_000],
  ['a day, capped at 15 minutes', '86400', 900_000],
  ['more digits than a number holds', '9'.repeat(400), 900_000],
  ['an HTTP date in 90 s', 'Fri, 20 Nov 2026 14:03:30 GMT', 90_000],
  ['an HTTP date that is past', 'Fri, 20 Nov 2026 13:00:00 GMT', 0],
  ['an HTTP date next year, capped', 'Sat, 20 Nov 2027 14:02:00 GMT', 900_000],
  ['a date that does not exist', 'Fri, 99 Nov 2026 14:03:30 GMT', null],
  ['an ISO date', '2026-11-20T14:03:30Z', null],
  ['negative', '-5', null],
  ['a fraction', '1.5', null],
  ['a word', 'soon', null],
])('%s', (_, header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected)
})
