/** The command line of `npm run stack`. */
import { expect, it } from 'vitest'
import { readSettings } from '../../src/stack/settings.ts'
import { UsageError } from '../../src/terminal/command-line.ts'

it.each<[readonly string[], unknown]>([
  [[], { speed: 1, ports: 'usual', keep: null }],
  [['--speed', '300', '--keep', 'here', '--free-ports'], { speed: 300, ports: 'free', keep: 'here' }],
  [['--speed=2.5'], { speed: 2.5, ports: 'usual', keep: null }],
  [['-h', '--speed', 'x'], null],
])('reads %j', (args, expected) => {
  expect(readSettings(args)).toEqual(expected)
})

it.each([
  [['--speed', '0'], /^--speed: write a number from 1/],
  [['--speed', '-1'], /./],
  [['--speed', '1e9'], /^--speed/],
  [['--speed', 'fast'], /^--speed/],
  [['--keep', ''], /^--keep: write a folder/],
  [['--quick'], /--quick.*--help lists the options/s],
  [['here'], /here/],
])('refuses %j', (args, message) => {
  expect(() => readSettings(args)).toThrow(UsageError)
  expect(() => readSettings(args)).toThrow(message)
})
