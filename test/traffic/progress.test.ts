/** The line that tells how traffic goes, and the command line that starts it. */
import { describe, expect, it } from 'vitest'
import { openProgress, progressLine, summaryLines } from '../../src/traffic/progress.ts'
import { readSettings } from '../../src/traffic/settings.ts'

const recent = { rate: 20, errors: 0, p50: 2.345, p95: 870.4 }

describe('the progress line', () => {
  it('says rate, latencies and errors by server', () => {
    const churn = { rate: 19.8, errors: 3, p50: null, p95: null }
    expect(progressLine(12.7, { recent: () => ({ iris: recent, churn }) })).toBe(
      '12 s  iris 20.0/s p50 2.3 p95 870 ms  churn 19.8/s no answer yet, 3 errors',
    )
  })

  it('is renewed in place on a terminal, cut to its width, and is a line of its own elsewhere', () => {
    const printed = (output: { isTTY?: boolean; columns?: number }) => {
      let text = ''
      const progress = openProgress({ ...output, write: (part: string) => (text += part) })
      progress.show('one line too long')
      progress.close()
      return text
    }
    expect(printed({ isTTY: true, columns: 9 })).toBe('\rone line\u001b[K\n')
    expect(printed({ isTTY: true, columns: 0 })).toBe('\rone line too long\u001b[K\n')
    expect(printed({})).toBe('one line too long\n')
  })
})

it('sums up by server, and says of trouble only what there was', () => {
  const fine = { sent: 9, answered: 9, refused: 0, failed: 0, unanswered: 0, leftOut: 0, labelled: 4 }
  const bad = { sent: 9, answered: 4, refused: 1, failed: 1, unanswered: 3, leftOut: 7, labelled: 0 }
  expect(summaryLines(1.2, { counts: () => ({ iris: fine, churn: bad }) })).toEqual([
    'iris   9 sent in 1 s, 9 answered, 4 labelled.',
    'churn  9 sent in 1 s, 4 answered, 1 refused (4xx), 1 failed (5xx), 3 without an answer, 0 labelled, 7 left out because too many were under way.',
  ])
})

it.each([
  [[], { rate: 20, feedback: 0.5, seconds: null }],
  [['--rate', '5', '--duration', '10m', '--feedback', '1'], { rate: 5, feedback: 1, seconds: 600 }],
  [['--duration', '90'], { rate: 20, feedback: 0.5, seconds: 90 }],
  [['--help'], null],
])('%j is read as %j', (args, settings) => {
  expect(readSettings(args)).toEqual(settings)
})

it.each([
  [['--rate', '0'], /--rate: write a number from 0\.1 to 500/],
  [['--rate', ''], /--rate/],
  [['--feedback', '2'], /--feedback: write a number from 0 to 1/],
  [['--duration', 'soon'], /--duration: write a time such as/],
  [['--duration', '577h'], /24 days at most/],
  [['--invalid'], /--help lists the options/],
])('%j is refused: %s', (args, says) => {
  expect(() => readSettings(args)).toThrow(says)
})
