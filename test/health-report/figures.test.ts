/** Numbers as the report writes them: never a round one that is not true, and never 0 for what nobody knows. */
import { expect, it } from 'vitest'
import { agoText, barText, durationText, numberText, rateText, shareText } from '../../src/health-report/figures.ts'

it.each([
  [null, 'no data'],
  [0, '0.0 ms'],
  [0.00314, '3.1 ms'],
  [0.00996, '10 ms'],
  [0.87, '870 ms'],
  [0.9994, '999 ms'],
  [0.9996, '1.00 s'],
  [12.345, '12.35 s'],
])('%s s is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

it.each([
  [null, 1, 'no data'],
  [0, 1, '0.0 %'],
  [0.00001, 1, '<0.1 %'],
  [0.044, 1, '4.4 %'],
  [0.99999, 1, '>99.9 %'],
  [0.99999, 2, '>99.99 %'],
  [1, 2, '100.00 %'],
  [-0.5, 0, '-50 %'],
  [0.996, 0, '>99 %'],
])('a share of %s in %i digits is %s', (share, digits, text) => {
  expect(shareText(share, digits)).toBe(text)
})

it.each([
  [null, 'no data'],
  [0, '0.0'],
  [0.01, '<0.1'],
  [20.04, '20.0'],
])('%s a second is %s', (rate, text) => {
  expect(rateText(rate)).toBe(text)
})

it.each([
  [-5_000, '0 s'],
  [12_000, '12 s'],
  [240_000, '4 min'],
  [3 * 3_600_000, '3 h'],
  [49 * 3_600_000, '2 d'],
])('%i ms ago is %s', (ms, text) => {
  expect(agoText(ms)).toBe(text)
})

it('writes numbers, and what is none', () => {
  expect([numberText(0.123), numberText(null), numberText(5, 0)]).toEqual(['0.12', 'no data', '5'])
})

const bar = (low: number | null, medium: number | null, high: number | null) =>
  barText(
    [
      { share: low, mark: 'l' },
      { share: medium, mark: 'm' },
      { share: high, mark: 'h' },
    ],
    10,
  )

it.each([
  [0, 0, 1, 'hhhhhhhhhh'],
  [0.2, 0.3, 0.5, 'llmmmhhhhh'],
  [0.001, 0.001, 0.998, 'lmhhhhhhhh'],
  [null, 0.5, 0.5, ''],
])('shares %s, %s, %s are the bar %s', (low, medium, high, text) => {
  expect(bar(low, medium, high)).toBe(text)
})
