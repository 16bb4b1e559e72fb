/** What one matcher accepts (AM-M1) and how it prints (AM-M7). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compileMatcher,
  firstFailing,
  formatMatcher,
  InvalidMatcherError,
  type MatcherOp,
  matches,
  matchesAll,
} from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import { labelsOf } from './labels.ts'

describe('a matcher on foo', () => {
  it.each<[op: MatcherOp, value: string, missing: boolean, bar: boolean, baz: boolean]>([
    ['=', 'bar', false, true, false],
    ['=', '', true, false, false],
    ['!=', 'bar', true, false, true],
    ['!=', '', false, true, true],
    ['=~', 'bar', false, true, false],
    ['=~', 'ba', false, false, false],
    ['=~', 'ba.', false, true, true],
    ['=~', '.*', true, true, true],
    ['=~', '.+', false, true, true],
    ['=~', '', true, false, false],
    ['=~', 'bar|', true, true, false],
    ['!~', 'bar', true, false, true],
    ['!~', 'bar|baz', true, false, false],
    ['!~', '.+', true, false, false],
    ['!~', '.*', false, false, false],
    ['!~', '', false, true, true],
  ])('%s %j: no foo %j, bar %j, baz %j', (op, value, missing, bar, baz) => {
    const matcher = compileMatcher('foo', op, value)
    expect(matches(matcher, labelsOf([['other', 'bar']]))).toBe(missing)
    expect(matches(matcher, labelsOf([['foo', 'bar']]))).toBe(bar)
    expect(matches(matcher, labelsOf([['foo', 'baz']]))).toBe(baz)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('treats the name %s as any other', (name) => {
    expect(matches(compileMatcher(name, '=', ''), labelsOf([]))).toBe(true)
    expect(matches(compileMatcher(name, '=', 'x'), labelsOf([[name, 'x']]))).toBe(true)
    expect(matches(compileMatcher(name, '!=', 'x'), labelsOf([[name, 'x']]))).toBe(false)
  })

  it('shows only its three fields', () => {
    const matcher = compileMatcher('foo', '=~', 'a.*')
    expect(JSON.stringify(matcher)).toBe('{"name":"foo","op":"=~","value":"a.*"}')
    expect(matcher).toEqual({ name: 'foo', op: '=~', value: 'a.*' })
  })

  it.each<[name: string, op: MatcherOp, value: string, message: string]>([
    ['', '=', 'x', 'A matcher needs a label name before its operator.'],
    ['\ud800', '=', 'x', 'The matcher on "\\ud800" holds half of a surrogate pair, not valid Unicode.'],
    ['foo', '=', '\udc00', 'The matcher on "foo" holds half of a surrogate pair, not valid Unicode.'],
    [
      'foo',
      '!~',
      '(',
      'The regex "(" is not valid RE2: missing closing ): `(`. Lookaround and backreferences do not exist in RE2; see https://github.com/google/re2/wiki/Syntax.',
    ],
  ])('%j %s %j is refused', (name, op, value, message) => {
    expect(() => compileMatcher(name, op, value)).toThrow(new InvalidMatcherError(message))
  })
})

describe('several matchers', () => {
  const both = parseMatchers('team="db", severity=~"warning|critical"')

  it('must all match', () => {
    expect(
      matchesAll(
        both,
        labelsOf([
          ['team', 'db'],
          ['severity', 'warning'],
        ]),
      ),
    ).toBe(true)
    expect(matchesAll(both, labelsOf([['team', 'db']]))).toBe(false)
    expect(matchesAll([], labelsOf([]))).toBe(true)
  })

  it('name the first that fails, in the order written', () => {
    expect(firstFailing(both, labelsOf([]))).toBe(both[0])
    expect(firstFailing(both, labelsOf([['team', 'db']]))).toBe(both[1])
    expect(
      firstFailing(
        both,
        labelsOf([
          ['team', 'db'],
          ['severity', 'critical'],
        ]),
      ),
    ).toBeNull()
  })
})

describe('printing', () => {
  it.each<[name: string, op: MatcherOp, value: string, text: string]>([
    ['foo', '=', 'bar', 'foo="bar"'],
    ['foo', '!=', '', 'foo!=""'],
    ['foo', '=~', 'a|b', 'foo=~"a|b"'],
    ['foo', '!~', '\\d+', 'foo!~"\\\\d+"'],
    ['foo', '=', 'say "hi"', 'foo="say \\"hi\\""'],
    ['foo', '=', 'a\nb\tc', 'foo="a\\nb\tc"'],
    ['foo.bar', '=', 'x', 'foo.bar="x"'],
    ['größe', '=', 'x', 'größe="x"'],
    ['foo bar', '=', 'x', '"foo bar"="x"'],
    ['a"b\\c', '=', 'x"y\\z', '"a\\"b\\\\c"="x\\"y\\\\z"'],
    ['a,b', '=', '\u0007\b\f\n\r\t\v\u0001\u007f', '"a,b"="\\a\\b\\f\\n\\r\\t\\v\\x01\\x7f"'],
    ['a=b', '=', 'é😀\u00a0\u200b\u{e0001}', '"a=b"="é😀\\u00a0\\u200b\\U000e0001"'],
  ])('%j %s %j gives %s', (name, op, value, text) => {
    expect(formatMatcher(compileMatcher(name, op, value))).toBe(text)
  })

  it('reads back as the same matcher, alone and in a list', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('a', '"', '\\', ',', '{', '}', '\n', ' ', '=', '~', '!', 'n', '\u00a0', '\u0085'),
      }),
    )
    const matcher = fc
      .tuple(
        text.filter((name) => name !== ''),
        fc.constantFrom<MatcherOp>('=', '!='),
        text,
      )
      .map(([name, op, value]) => compileMatcher(name, op, value))
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 1 }), (list) => {
        const printed = list.map(formatMatcher).join(',')
        expect(parseMatchers(printed)).toEqual(list)
        expect(parseMatchers(`{ ${printed} }`)).toEqual(list)
      }),
      { numRuns: 2000 },
    )
  })
})
