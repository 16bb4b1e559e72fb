/** Boxes that fit, colours only where they belong, and labels that cannot touch the screen. */
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { cells, wrap } from '../../src/terminal/cells.ts'
import { openTerminal } from '../../src/terminal/terminal.ts'

function printed(env: Record<string, string>, output: { isTTY?: boolean; columns?: number }) {
  let text = ''
  const terminal = openTerminal({ ...output, write: (part: string) => (text += part) }, env)
  terminal.box(
    '#payments',
    [
      { kind: 'strong', text: 'FIRING' },
      { kind: 'rule', text: '' },
      { kind: 'faint', text: 'x'.repeat(90) },
    ],
    'red',
  )
  return text
}

it.each([40, 57, 80, 100])('draws every line of a box exactly %i cells wide', (columns) => {
  const lines = printed({ FORCE_COLOR: '1' }, { columns }).trimEnd().split('\n').map(stripVTControlCharacters)
  expect(lines.length).toBeGreaterThan(4)
  expect(lines.map(cells)).toEqual(lines.map(() => columns))
})

const colourCode = '\u001b['

it.each([
  [{}, { isTTY: true }, true],
  [{}, { isTTY: false }, false],
  [{ NO_COLOR: '1' }, { isTTY: true }, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, { isTTY: true }, false],
  [{ NO_COLOR: '' }, { isTTY: true }, true],
  [{ TERM: 'dumb' }, { isTTY: true }, false],
  [{ FORCE_COLOR: '1' }, {}, true],
  [{ FORCE_COLOR: '0' }, { isTTY: true }, false],
])('with %j on %j: coloured %s', (env, output, coloured) => {
  expect(printed(env, output).includes(colourCode)).toBe(coloured)
})

it('takes control and bidi characters out of what strangers wrote', () => {
  expect(wrap('a\u001b[31mred\u0007\u202Eb\r', 80)).toEqual(['a·[31mred··b·'])
})

it.each([
  ['one two three', 7, ['one two', 'three']],
  ['  indented text goes on', 12, ['  indented', '  text goes', '  on']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['✅ ok ✅', 5, ['✅ ok', '✅']],
  ['', 10, ['']],
])('wraps %j at %i', (line, width, parts) => {
  expect(wrap(line, width)).toEqual(parts)
})

it.each([
  ['abc', 3],
  ['ünïcode ✓', 9],
  ['🔴', 2],
  ['⚠️', 2],
  ['漢字', 4],
  ['e\u0301', 1],
])('counts %j as %i cells', (line, width) => {
  expect(cells(line)).toBe(width)
})

it('keeps a paragraph beside its left part and inside the terminal', () => {
  let text = ''
  const terminal = openTerminal({ columns: 40, write: (part: string) => (text += part) }, {})
  terminal.item('  left  ', 'long '.repeat(20).trim())
  const rows = text.trimEnd().split('\n')
  expect(rows.length).toBeGreaterThan(2)
  expect(rows.map((row) => row.slice(0, 12))).toEqual(['  left  long', ...rows.slice(1).map(() => '        long')])
  expect(rows.every((row) => cells(row) <= 40)).toBe(true)
})

it('takes a window that is made smaller while it prints', () => {
  let text = ''
  const output = { columns: 80, write: (part: string) => (text += part) }
  const terminal = openTerminal(output, {})
  output.columns = 50
  terminal.say('word '.repeat(30))
  expect(text.split('\n').every((row) => cells(row) <= 50)).toBe(true)
})
