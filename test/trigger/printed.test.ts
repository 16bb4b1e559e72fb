/** What a person at the terminal reads of triggers. */
import { expect, it } from 'vitest'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { openTerminal } from '../../src/terminal/terminal.ts'
import type { Result } from '../../src/trigger/course.ts'
import { printListing } from '../../src/trigger/listing.ts'
import { destinationsText, printResults, printSteps } from '../../src/trigger/printed.ts'
import { triggers } from '../../src/trigger/triggers.ts'

const slack = { id: 1, team: 'ml-platform', receiver: 'chat', channel: 'slack' }
const pagerduty = { ...slack, id: 2, channel: 'pagerduty' }
const other = { ...slack, id: 3, team: 'platform' }

const result: Result = {
  ...{ alert: 'APIDown', severity: 'critical', firedAfterMs: 5_900, toldAfterMs: 6_300 },
  ...{ resolvedAfterMs: 300, toldResolvedAfterMs: 310, problem: null },
  ...{ destinations: [slack, pagerduty, other], destinationsResolved: [slack] },
}

function printed(print: (terminal: Terminal) => void): string {
  let text = ''
  print(openTerminal({ columns: 100, write: (part: string) => (text += part) }, {}))
  return text
}

it('names destinations by team', () => {
  expect(destinationsText([slack, pagerduty, other])).toBe('ml-platform slack and pagerduty, platform slack')
})

it.each([
  [
    'a good one',
    {},
    /^✓ APIDown critical {2}fired 5\.9 s after its cause began, ended 0\.3 s after it; told: ml-platform/,
  ],
  [
    'one that did not fire',
    { firedAfterMs: null, resolvedAfterMs: null, destinations: [], problem: 'It did not fire.' },
    /^✗ APIDown critical {2}It did not fire\.\n$/,
  ],
  [
    'one that did not end',
    { resolvedAfterMs: null, problem: 'It did not end.' },
    /^✗ .*platform slack\. It did not\s+end\.\n$/s,
  ],
  ['what always fires', { resolvedAfterMs: null }, /^✓ APIDown critical {2}fires always\n$/],
])('sums up %s', (_what, part, says) => {
  expect(printed((terminal) => printResults(terminal, [{ ...result, ...part }]))).toMatch(says)
})

it('prints each step with its time, and no control character of a stranger', () => {
  const text = printed((terminal) => {
    const report = printSteps(terminal)
    report({ what: 'begins', text: 'the server fails' })
    report({ what: 'firing', alert: 'A (critical)', afterMs: 5_900 })
    report({ what: 'told-firing', alert: 'A (critical)', afterMs: 6_000, destinations: [slack] })
    report({ what: 'note', text: 'answered 500: \u001b[2J' })
  })
  expect(text).toBe(
    '   0.0 s  Begins: the server fails.\n' +
      '   0.0 s  A (critical) is firing after 5.9 s.\n' +
      '   0.0 s  A (critical): told after 6.0 s: ml-platform slack.\n' +
      '   0.0 s  answered 500: ·[2J\n',
  )
})

it('lists every alert, and how long it takes where Prometheus can be asked', () => {
  const rule = { name: 'APIDown', severity: 'critical', query: 'up == 0', forSeconds: 30, lastError: '' }
  const unasked = printed((terminal) => printListing(terminal, triggers, null))
  for (const { alert } of triggers) expect(unasked).toContain(alert)
  expect(unasked).not.toMatch(/fires after/)
  const asked = printed((terminal) => printListing(terminal, triggers, [{ ...rule, type: 'alerting' }]))
  expect(asked).toMatch(/^APIDown +critical .*;\s+fires\s+after\s+30s$/ms)
  expect(asked).toMatch(/no such rule/)
})
