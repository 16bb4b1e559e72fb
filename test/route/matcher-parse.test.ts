/** Both matcher syntaxes of Alertmanager, and what users are told when neither fits (AM-M3 to AM-M6). */
import { describe, expect, it } from 'vitest'
import { formatMatcher, type Matcher } from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import { MatcherSyntaxError } from '../../src/route/matcher-syntax-error.ts'

type Expected = [name: string, op: Matcher['op'], value: string][]

const fieldsOf = (text: string): Expected => parseMatchers(text).map(({ name, op, value }) => [name, op, value])

describe('the classic syntax', () => {
  it.each<[text: string, expected: Expected]>([
    ['', []],
    ['  ', []],
    ['{}', []],
    ['{ }', []],
    ['foo=bar', [['foo', '=', 'bar']]],
    ['foo="bar"', [['foo', '=', 'bar']]],
    ['foo!=bar', [['foo', '!=', 'bar']]],
    ['foo=~bar.*', [['foo', '=~', 'bar.*']]],
    ['foo!~"bar|baz"', [['foo', '!~', 'bar|baz']]],
    ['{foo="bar"}', [['foo', '=', 'bar']]],
    [' foo = bar ', [['foo', '=', 'bar']]],
    ['\tfoo\n=~\r\n"bar"\f', [['foo', '=~', 'bar']]],
    ['foo=', [['foo', '=', '']]],
    ['foo=""', [['foo', '=', '']]],
    [
      'foo=,bar=',
      [
        ['foo', '=', ''],
        ['bar', '=', ''],
      ],
    ],
    [
      'foo=a, bar!="b", baz=~c',
      [
        ['foo', '=', 'a'],
        ['bar', '!=', 'b'],
        ['baz', '=~', 'c'],
      ],
    ],
    ['foo=a,', [['foo', '=', 'a']]],
    ['{foo=a , }', [['foo', '=', 'a']]],
    [
      'z=1,a=2,z=1',
      [
        ['z', '=', '1'],
        ['a', '=', '2'],
        ['z', '=', '1'],
      ],
    ],
    [
      'foo="a,b",bar=c',
      [
        ['foo', '=', 'a,b'],
        ['bar', '=', 'c'],
      ],
    ],
    [
      'foo="a\\"b,c",bar=d',
      [
        ['foo', '=', 'a"b,c'],
        ['bar', '=', 'd'],
      ],
    ],
    [
      'foo="a\\\\",bar=d',
      [
        ['foo', '=', 'a\\'],
        ['bar', '=', 'd'],
      ],
    ],
    ['foo="a\\nb"', [['foo', '=', 'a\nb']]],
    ['foo=a\\nb', [['foo', '=', 'a\nb']]],
    ['foo="a\nb"', [['foo', '=', 'a\nb']]],
    ['foo=~"\\d+\\.x"', [['foo', '=~', '\\d+\\.x']]],
    ['foo=~"\\\\d+"', [['foo', '=~', '\\d+']]],
    ['foo=a\\', [['foo', '=', 'a\\']]],
    ['foo=\\"a\\"', [['foo', '=', '"a"']]],
    ['foo=a b', [['foo', '=', 'a b']]],
    ['foo=a bar=b', [['foo', '=', 'a bar=b']]],
    ['foo==bar', [['foo', '=', '=bar']]],
    ['foo=!bar', [['foo', '=', '!bar']]],
    ['foo=~~x', [['foo', '=~', '~x']]],
    ['foo!==x', [['foo', '!=', '=x']]],
    ["foo='bar'", [['foo', '=', "'bar'"]]],
    ['_a:b9=x', [['_a:b9', '=', 'x']]],
    [':=x', [[':', '=', 'x']]],
    ['foo="späť 😀"', [['foo', '=', 'späť 😀']]],
    ['__proto__=x', [['__proto__', '=', 'x']]],
    // Braces are dropped at either end, in pairs or not, and so is the end of an unquoted regex.
    ['{foo=bar', [['foo', '=', 'bar']]],
    ['foo=bar}', [['foo', '=', 'bar']]],
    ['{foo="{}"}', [['foo', '=', '{}']]],
    ['foo=~x{3}', [['foo', '=~', 'x{3']]],
    ['foo=~"x{3}"', [['foo', '=~', 'x{3}']]],
    // Only after the last comma every Unicode space is trimmed.
    ['foo=bar\u00a0', [['foo', '=', 'bar']]],
    ['foo=bar\u00a0,', [['foo', '=', 'bar\u00a0']]],
  ])('%j', (text, expected) => {
    expect(fieldsOf(text)).toEqual(expected)
  })
})

describe('quoted and UTF-8 names, where the classic syntax fails', () => {
  it.each<[text: string, expected: Expected]>([
    ['"foo"=bar', [['foo', '=', 'bar']]],
    ['"foo bar"="baz"', [['foo bar', '=', 'baz']]],
    [
      '{"foo,bar"!~"x|y", plain=z,}',
      [
        ['foo,bar', '!~', 'x|y'],
        ['plain', '=', 'z'],
      ],
    ],
    ['service.name=shop', [['service.name', '=', 'shop']]],
    ['größe=~"[0-9]+"', [['größe', '=~', '[0-9]+']]],
    ['🙂=🙃', [['🙂', '=', '🙃']]],
    ['0foo=bar', [['0foo', '=', 'bar']]],
    ['a-b!=c', [['a-b', '!=', 'c']]],
    ['"a\\"b"=c', [['a"b', '=', 'c']]],
    ['"a"="\\t\\a\\b\\f\\n\\r\\v\\\\\\""', [['a', '=', '\t\u0007\b\f\n\r\v\\"']]],
    ['"a"="\\x41\\102\\u00e9\\U0001F600"', [['a', '=', 'AB\u00e9😀']]],
    ['"a"="\\xc3\\xa9\\303\\251"', [['a', '=', 'éé']]],
    ['"a"="\\ufeffx"', [['a', '=', '\ufeffx']]],
    ['"a"=""', [['a', '=', '']]],
    ['\u2003a.b\u00a0=\u3000c', [['a.b', '=', 'c']]],
    ['"__proto__"=x', [['__proto__', '=', 'x']]],
  ])('%j', (text, expected) => {
    expect(fieldsOf(text)).toEqual(expected)
  })

  it('leaves to the classic syntax what both can read, also where they differ', () => {
    expect(fieldsOf('foo="\\t"')).toEqual([['foo', '=', '\\t']])
    expect(fieldsOf('"foo"="\\t"')).toEqual([['foo', '=', '\t']])
  })
})

describe('neither syntax', () => {
  const writeName = 'Write name="value", for example severity="critical".'
  const afterValue = (found: string) =>
    `Expected a comma or the end after the value, found ${found}. Put a value with special characters in double quotes.`
  const operator = (name: string, found: string) =>
    `Expected =, !=, =~ or !~ after the label name "${name}", found ${found}.`
  const enclose =
    'A double quote must enclose the whole value or be written \\". Separate matchers with commas: a="b", c="d".'
  const unclosed = 'This double quote is never closed. Write \\" for one inside.'
  const badEscape = (found: string) =>
    `${found} is not an escape here. Write \\\\ for a backslash; valid are \\n \\t \\r \\" \\\\ \\a \\b \\f \\v \\xFF \\377 \\uFFFF \\U0010FFFF.`
  const badRegex = (pattern: string, reason: string) =>
    `The regex "${pattern}" is not valid RE2: ${reason}. Lookaround and backreferences do not exist in RE2; see https://github.com/google/re2/wiki/Syntax.`

  it.each<[text: string, column: number, problem: string]>([
    ['foo', 4, operator('foo', 'the end of the text')],
    ['foo bar', 5, operator('foo', '"bar"')],
    ['foo bar=x', 5, operator('foo', '"bar"')],
    ['foo~=x', 4, operator('foo', '"~"')],
    ['foo!x', 4, operator('foo', '"!"')],
    ['foo:x', 6, operator('foo:x', 'the end of the text')],
    ['a=b, foo', 9, operator('foo', 'the end of the text')],
    ['a=b!c, foo', 11, operator('foo', 'the end of the text')],
    ['=x', 1, `Expected a label name, found "=". ${writeName}`],
    ['!foo=x', 1, `Expected a label name, found "!". ${writeName}`],
    [',', 1, `Expected a label name, found ",". ${writeName}`],
    ['{,}', 2, `Expected a label name, found ",". ${writeName}`],
    [',a=b', 1, `Expected a label name, found ",". ${writeName}`],
    ['a=b,,', 5, `Expected a label name, found ",". ${writeName}`],
    ['a=b, ,c=d', 6, `Expected a label name, found ",". ${writeName}`],
    ['{{a=b}}', 2, `Expected a label name, found "{". ${writeName}`],
    ['""=x', 1, 'A matcher needs a label name before its operator.'],
    ['foo="bar', 5, unclosed],
    ['foo="', 5, unclosed],
    ['"foo bar', 1, unclosed],
    ['foo=bar"', 8, unclosed],
    ['foo="bar\\"', 5, unclosed],
    ['foo="a"b', 8, afterValue('"b"')],
    ['foo="a" bar="b"', 9, afterValue('"bar"')],
    ['foo=b"ar"', 6, afterValue('a double quote')],
    ['foo=a bar="b"', 11, enclose],
    ['a="x\\,",b=c', 7, enclose],
    ['"foo bar"=x y', 13, afterValue('"y"')],
    ['🙂=x y', 5, afterValue('"y"')],
    ['"foo"=', 7, 'Expected a value after =, found the end of the text. An empty value is written "".'],
    ['"foo"=~,a=b', 8, 'Expected a value after =~, found ",". An empty value is written "".'],
    ['"foo"=\'x\'', 7, 'Expected a value after =, found "\'". An empty value is written "".'],
    ['"foo"="x"}', 10, 'This } closes nothing. Begin with { or leave both out.'],
    ['{"foo"="x"', 11, 'The { at the beginning is never closed. End with } or leave both out.'],
    ['{"foo"="x"} y', 13, 'Nothing may follow the closing }, found "y".'],
    ['"a\\qb"=x', 3, badEscape('"\\\\q"')],
    ['"a"="\\\'"', 6, badEscape('"\\\\\'"')],
    ['"a"="\\xg0"', 6, badEscape('"\\\\x"')],
    ['"a"="x\\400"', 7, badEscape('"\\\\4"')],
    ['"a"="\\ud800"', 6, badEscape('"\\\\u"')],
    ['"a"="\\U00110000"', 6, badEscape('"\\\\U"')],
    ['"a"="\\xff"', 5, 'The escapes in these double quotes do not make valid UTF-8.'],
    ['"a"="x\ny"', 7, 'A line break inside double quotes is written \\n.'],
    ['a=~(', 4, badRegex('(', 'missing closing ): `(`')],
    ['a=b, c=~"x(?=y)"', 9, badRegex('x(?=y)', 'invalid or unsupported Perl syntax: `(?=`')],
    ['a=~"[\\d", b=c', 4, badRegex('[\\\\d', 'missing closing ]: `[\\d`')],
    ['"a b"=~"*"', 8, badRegex('*', 'missing argument to repetition operator: `*`')],
  ])('%j, column %i', (text, column, problem) => {
    const error = thrown(() => parseMatchers(text))
    expect(error).toBeInstanceOf(MatcherSyntaxError)
    expect(error).toMatchObject({ column, message: `${problem} (column ${column} of \`${text.replace('\n', ' ')}\`)` })
  })

  it('shows only the beginning of a long text', () => {
    const error = thrown(() => parseMatchers(`a=b,${'x'.repeat(200)}`))
    expect(error).toMatchObject({
      column: 205,
      message: `Expected =, !=, =~ or !~ after the label name "${'x'.repeat(200)}", found the end of the text. (column 205 of \`a=b,${'x'.repeat(76)}…\`)`,
    })
  })

  function thrown(act: () => unknown): unknown {
    try {
      act()
    } catch (error) {
      return error
    }
    throw new Error('nothing was thrown')
  }
})

describe('a long text', () => {
  it.each<[what: string, text: string]>([
    ['spaces inside a value', `a=b${' '.repeat(100_000)}c`],
    ['many matchers', 'a=b,'.repeat(25_000)],
    ['an unclosed quote', `"${'\\"'.repeat(50_000)}`],
    ['backslashes', `a="${'\\\\'.repeat(50_000)}"`],
  ])('is read in linear time: %s', (_, text) => {
    const began = performance.now()
    try {
      parseMatchers(text).map(formatMatcher)
    } catch (error) {
      expect(error).toBeInstanceOf(MatcherSyntaxError)
    }
    // 5 to 50 ms are usual; in quadratic time it would be seconds.
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
