/** Durations as Prometheus reads them. */
import { expect, it } from 'vitest'
import { parseDuration } from '../../src/team/duration.ts'

it.each([
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
  ['1y', 31_536_000_000],
  ['1y2w3d4h5m6s7ms', 31_536_000_000 + 14 * 86_400_000 + 3 * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6_007],
  ['0010m', 600_000],
  ['292y', 292 * 31_536_000_000],
])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

it.each([
  '',
  ' ',
  '5',
  '00',
  's',
  '-1s',
  '+1s',
  '1.5h',
  '1 h',
  '1h ',
  ' 1h',
  '30m1h',
  '1s1s',
  '1H',
  '1min',
  '5µs',
  '1e3s',
  '293y',
  '١s',
  `${'9'.repeat(300)}s`,
  '9999999999999999h',
  '1h\n',
])('not a duration: %j', (text) => expect(parseDuration(text)).toBeNull())
