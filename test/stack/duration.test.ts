/** Durations divided: at least the floor, and never longer than before. */
import { expect, it } from 'vitest'
import { dividedDuration } from '../../src/stack/duration.ts'

it.each<[string, number, string]>([
  ['1h', 300, '12s'],
  ['1d', 300, '288s'],
  ['3d', 300, '864s'],
  ['1h30m', 90, '1m'],
  ['1w', 7, '1d'],
  ['10m', 7, '85714ms'],
  ['5m', 300, '5s'],
  ['10s', 300, '5s'],
  ['3s', 300, '3s'],
  ['0s', 300, '0s'],
  ['0', 300, '0s'],
  ['1500ms', 1, '1500ms'],
  ['90m', 1, '90m'],
])('%s divided by %d is %s', (text, factor, expected) => {
  expect(dividedDuration(text, factor, 5_000)).toBe(expected)
})

it.each(['', '5', 'm', '1h 30m', '-5m', '1.5h', 'NaN'])('refuses %j', (text) => {
  expect(() => dividedDuration(text, 2, 0)).toThrow(/is no duration such as 1h30m/)
})
