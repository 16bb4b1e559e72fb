/** What is read off a pattern without running it holds for every value that the pattern matches. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRegex } from '../../src/route/regex.ts'
import { literalAlternatives, literalsOf } from '../../src/route/regex-literal.ts'

it.each<[pattern: string, values: string[] | null]>([
  ['a', ['a']],
  ['a|b', ['a', 'b']],
  ['a|', ['a', '']],
  ['', ['']],
  ['a|b.', null],
  ['^a', null],
  ['a\\.b', null],
])('%j lists %j', (pattern, values) => {
  expect(literalAlternatives(pattern)).toEqual(values)
})

describe('everything that matches', () => {
  it.each([
    ['checkout-[0-9]+', 'checkout-', ''],
    ['^checkout-.*', 'checkout-', ''],
    ['.*-db\\..*', '', '-db.'],
    ['node-1\\.example.*', 'node-1.example', ''],
    ['node-..[0-3]17\\..*', 'node-', '17.'],
    ['.*[^a]long[[:alpha:]]+longer.?', '', 'longer'],
    ['check-?out', 'check', 'out'],
    ['ab*', 'a', ''],
    ['ab+c', 'ab', 'c'],
    ['ab{0,2}cd', 'a', 'cd'],
    ['a\\.?b', 'a', 'b'],
    ['[]x]bc', '', 'bc'],
    ['[^]x]bc', '', 'bc'],
    ['[\\]]bc', '', 'bc'],
    ['😀?x', '', 'x'],
    ['a😀*', 'a', ''],
    ['a|b', '', ''],
    ['(?i)abc', '', ''],
    ['x(abc)?yz', 'x', ''],
    ['a\\dbc', 'a', 'bc'],
    ['a\\Qb.c\\E', 'a', ''],
    ['a\\pLbc', 'a', ''],
    ['\\x41', '', ''],
    ['a$', 'a', ''],
    ['', '', ''],
  ])('%s begins with %j and holds %j', (pattern, prefix, part) => {
    expect(literalsOf(pattern)).toEqual({ prefix, part })
  })

  it('holds what was read off, whatever the pattern', () => {
    const literal = ['a', 'b', '😀', '-', ']', '}']
    const other = [
      '.',
      '*',
      '+',
      '?',
      '|',
      '(',
      ')',
      '(?:',
      '[ab]',
      '[^]a]',
      '[\\]b]',
      '{0,1}',
      '{',
      '\\.',
      '\\a',
      '\\d',
      '^',
      '$',
      '\\b',
    ]
    const pattern = fc.array(fc.constantFrom(...literal, ...other), { maxLength: 7 }).map((pieces) => pieces.join(''))
    const text = fc.constantFrom('a', 'b', '😀', '-', '.', ']', '}', '{', '1', '\u0007', '{0,1}')
    const value = fc.array(text, { maxLength: 5 }).map((parts) => parts.join(''))
    let matches = 0
    fc.assert(
      fc.property(pattern, fc.array(value, { minLength: 60, maxLength: 60 }), (pattern, values) => {
        const test = compiled(pattern)
        fc.pre(test !== null)
        const { prefix, part } = literalsOf(pattern)
        for (const value of [...values, pattern].filter((one) => test?.(one))) {
          if (prefix + part !== '') matches++
          expect([value.startsWith(prefix), value.includes(part, prefix.length)]).toEqual([true, true])
        }
      }),
      { numRuns: 3_000 },
    )
    expect(matches).toBeGreaterThan(100)
  })
})

function compiled(pattern: string) {
  try {
    return compileRegex(pattern)
  } catch {
    return null
  }
}
