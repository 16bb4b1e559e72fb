/** What may be typed after `npm run trigger --`, and what is said of the rest. */
import { expect, it } from 'vitest'
import { readSettings } from '../../src/trigger/settings.ts'
import { triggers } from '../../src/trigger/triggers.ts'

const chosen = (args: readonly string[]) =>
  readSettings(args)?.chosen.map(({ alert, severity }) => `${alert} ${severity}`)

it.each([
  [[], []],
  [['APIDown'], ['APIDown critical']],
  [['apidown'], ['APIDown critical']],
  [['SloErrors'], ['SloErrors critical', 'SloErrors warning']],
  [['SloErrors', '--severity', 'warning'], ['SloErrors warning']],
  [
    ['APIDown', 'APIDown', 'Watchdog'],
    ['APIDown critical', 'Watchdog none'],
  ],
])('%j chooses %j', (args, expected) => {
  expect(chosen(args)).toEqual(expected)
})

it('knows all, and how long to hold', () => {
  expect(readSettings(['--all', '--hold', '30'])).toEqual({ chosen: triggers, holdSeconds: 30 })
  expect(readSettings(['--help'])).toBeNull()
})

it.each([
  [['Nonsense'], /There is no alert "Nonsense". npm run trigger lists all\./],
  [['ModelAccuracy'], /Did you mean ModelAccuracyDegraded or ModelAccuracyDrop\?/],
  [['APIDown', '--severity', 'info'], /There is none with severity info: critical\./],
  [['--hold', 'x'], /--hold: write seconds/],
  [['APIDown', '--hold', ''], /--hold: write seconds/],
  [['--hold', '5'], /name some, or write --all/],
  [['--severity', 'critical'], /name some, or write --all/],
  [['--all', 'APIDown'], /--all takes no names/],
  [['--loud'], /--loud.*--help lists the options/],
])('%j: %s', (args, says) => {
  expect(() => readSettings(args)).toThrow(says)
})
