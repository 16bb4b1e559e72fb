/** What the progress line counts. */
import { expect, it } from 'vitest'
import { Tally } from '../../src/traffic/tally.ts'

it('counts every outcome', () => {
  const tally = new Tally(0)
  for (const outcome of ['answered', 'answered', 'refused', 'failed', 'unanswered'] as const) {
    tally.sent(0)
    tally.ended(10, 10, outcome)
  }
  tally.sent(10)
  tally.leftOut()
  tally.labelled()
  expect(tally.counts()).toEqual({
    ...{ sent: 6, answered: 2, refused: 1, failed: 1, unanswered: 1 },
    ...{ leftOut: 1, labelled: 1 },
  })
})

it('shows the last five seconds only, and nothing before the first answer', () => {
  const tally = new Tally(0)
  expect(tally.recent(0)).toEqual({ rate: 0, errors: 0, p50: null, p95: null })
  for (let at = 0; at < 10_000; at += 50) {
    tally.sent(at)
    tally.ended(at, at < 5_000 ? 900 : 10, at < 5_000 ? 'failed' : 'answered')
  }
  expect(tally.recent(10_000)).toEqual({ rate: 19.8, errors: 0, p50: 10, p95: 10 })
  expect(tally.recent(60_000)).toEqual({ rate: 0, errors: 0, p50: null, p95: null })
})

it('has quantiles of what ended, whatever the outcome', () => {
  const tally = new Tally(0)
  for (let ms = 1; ms <= 100; ms++) tally.ended(1_000, ms, ms > 90 ? 'unanswered' : 'answered')
  expect(tally.recent(1_000)).toMatchObject({ p50: 50, p95: 95, errors: 10 })
})
