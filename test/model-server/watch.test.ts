/** What is made of answers: scores, drift, status, windows. */
import { describe, expect, it } from 'vitest'
import { readFlowers } from '../../src/model-server/iris/flowers.ts'
import { seededRandom, wholeNumber } from '../../src/model-server/random.ts'
import { referenceOf, stabilityIndex } from '../../src/model-server/watch/drift.ts'
import { Feedback } from '../../src/model-server/watch/feedback.ts'
import { RollingWindow } from '../../src/model-server/watch/rolling.ts'
import { accuracyOf, scoresOf } from '../../src/model-server/watch/scores.ts'
import { type Attempt, statusOf } from '../../src/model-server/watch/status.ts'

describe('scores', () => {
  const labelled = [
    ['a', 'a'],
    ['a', 'a'],
    ['a', 'b'],
    ['b', 'b'],
    ['b', 'c'],
  ].map(([prediction = '', truth = '']) => ({ prediction, truth }))

  it.each([
    ['a', { precision: 2 / 3, recall: 1, f1: 4 / 5 }],
    ['b', { precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 }],
    ['c', { precision: null, recall: 0, f1: 0 }],
    ['d', { precision: null, recall: null, f1: null }],
  ])('of class %s', (name, expected) => {
    expect(scoresOf(name, labelled)).toEqual(expected)
  })

  it('accuracy is the share that was right, and nothing without labels', () => {
    expect(accuracyOf(labelled)).toBe(3 / 5)
    expect(accuracyOf([])).toBeNull()
  })
})

describe('drift', () => {
  const random = seededRandom(8)
  const trained = Array.from({ length: 2_000 }, () => random())
  const drawn = (count: number, from: readonly number[]) =>
    Array.from({ length: count }, () => from[wholeNumber(random, from.length)] as number)

  it('is 0 for the same values, near it for others of the same kind', () => {
    const reference = referenceOf(trained)
    expect(stabilityIndex(reference, trained)).toBe(0)
    expect(stabilityIndex(reference, drawn(300, trained))).toBeLessThan(0.05)
  })

  it('is above 0.2 once values have moved by a fifth of their range, and finite when all are new', () => {
    const reference = referenceOf(trained)
    expect(
      stabilityIndex(
        reference,
        trained.map((value) => value + 0.2),
      ),
    ).toBeGreaterThan(0.2)
    expect(
      stabilityIndex(
        reference,
        trained.map(() => 1e300),
      ),
    ).toBeLessThan(20)
    expect(stabilityIndex(reference, [])).toBeLessThan(20)
  })

  it('is the sum of (actual − expected) × ln(actual ÷ expected)', () => {
    // With half a value added to each of three bins: expected 60.5/101.5 and 40.5/101.5, actual the other way round.
    const reference = referenceOf([...Array(60).fill('x'), ...Array(40).fill('y')])
    const [x, y] = [60.5 / 101.5, 40.5 / 101.5]
    const expected = (y - x) * Math.log(y / x) + (x - y) * Math.log(x / y)
    expect(stabilityIndex(reference, [...Array(40).fill('x'), ...Array(60).fill('y')])).toBeCloseTo(expected, 12)
  })

  it('sees choices that were never seen', () => {
    expect(stabilityIndex(referenceOf(Array(100).fill('x')), Array(100).fill('z'))).toBeGreaterThan(5)
  })

  it('stays far below 0.2 for any 300 iris flowers', () => {
    for (const n of [0, 1, 2, 3]) {
      const lengths = readFlowers().map(({ features }) => features[n] as number)
      const reference = referenceOf(lengths.filter((_, index) => index % 10 < 7))
      const scores = Array.from({ length: 50 }, () => stabilityIndex(reference, drawn(300, lengths)))
      expect(Math.max(...scores)).toBeLessThan(0.15)
    }
  })
})

describe('the status of a model', () => {
  const now = 1_000_000
  const attempts = (
    count: number,
    failing: number,
    slow: readonly [count: number, seconds: number] = [0, 0],
    at = now,
  ) =>
    Array.from(
      { length: count },
      (_, n): Attempt => ({ at, seconds: n < slow[0] ? slow[1] : 0.01, failed: n >= count - failing }),
    )

  it.each([
    ['without requests', [], 'healthy'],
    ['with too few to tell', attempts(9, 9), 'healthy'],
    ['at 5 % failures', attempts(100, 5), 'healthy'],
    ['above 5 %', attempts(100, 6), 'degraded'],
    ['at 10 %', attempts(100, 10), 'degraded'],
    ['above 10 %', attempts(100, 11), 'critical'],
    ['when 5 % are slow', attempts(100, 0, [5, 9]), 'healthy'],
    ['with a p95 of 1 s', attempts(100, 0, [6, 1]), 'healthy'],
    ['with a p95 above 1 s', attempts(100, 0, [6, 1.1]), 'degraded'],
    ['with a p95 above 2 s', attempts(100, 0, [6, 2.1]), 'critical'],
    ['when all that was a minute ago', attempts(100, 100, [0, 0], now - 60_000), 'healthy'],
  ] as const)('%s', (_name, some, expected) => {
    expect(statusOf(some, now)).toBe(expected)
  })
})

it('a window keeps the last so many', () => {
  const window = new RollingWindow<number>(3)
  for (const n of [1, 2, 3, 4, 5]) window.add(n)
  expect([...window.items()].sort()).toEqual([3, 4, 5])
})

it('feedback remembers the latest 10,000 predictions', () => {
  const feedback = new Feedback()
  const remembered = { model: 'm', prediction: 'a' } as never
  for (let n = 0; n <= 10_000; n++) feedback.remember(`p-${n}`, remembered)
  expect(feedback.find('p-0')).toBeNull()
  expect(feedback.find('p-1')).toBe(remembered)
})
