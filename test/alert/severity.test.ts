/** What the label `severity` means, to messages and to patience alike. */
import { expect, it } from 'vitest'
import { severityOf, worstOf } from '../../src/alert/severity.ts'
import { patienceEnds } from '../../src/notification/patience.ts'

it.each([
  ['critical', 'critical'],
  ['PAGE', 'critical'],
  ['high', 'critical'],
  ['error', 'critical'],
  ['warning', 'warning'],
  ['Minor', 'warning'],
  ['info', 'info'],
  ['none', 'info'],
  ['no word of ours', 'critical'],
  ['', 'critical'],
  [undefined, 'critical'],
])('%s is %s', (label, severity) => {
  expect(severityOf(label)).toBe(severity)
})

it('takes the worst', () => {
  expect(worstOf(['info', 'warning', 'info'])).toBe('warning')
  expect(worstOf(['warning', 'critical'])).toBe('critical')
  expect(worstOf(['info'])).toBe('info')
  expect(worstOf([])).toBe('critical')
})

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

it.each([
  ['critical', 2 * MINUTE, DAY],
  ['warning', 10 * MINUTE, DAY],
  ['info', 30 * MINUTE, 60 * MINUTE],
] as const)('%s waits %d ms for its fallback and %d ms in all', (severity, fallbackAt, giveUpAt) => {
  expect(patienceEnds(severity, undefined, false, 0)).toEqual({ fallbackAt, giveUpAt })
})

it('waits for its fallback since the message whose place it takes, and has its whole time before it is given up', () => {
  const older = { fallbackAt: 5 * MINUTE, giveUpAt: 60 * MINUTE }
  const now = 4 * MINUTE
  expect(patienceEnds('warning', older, false, now)).toEqual({ fallbackAt: 5 * MINUTE, giveUpAt: now + DAY })
  expect(patienceEnds('critical', { ...older, fallbackAt: 9 * MINUTE }, false, now).fallbackAt).toBe(6 * MINUTE)
  const told = { ...older, fallbackAt: null }
  expect(patienceEnds('warning', told, true, now).fallbackAt, 'its fallback was told').toBeNull()
  expect(patienceEnds('warning', told, false, now).fallbackAt, 'there was none').toBe(now + 10 * MINUTE)
})
