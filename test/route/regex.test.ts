/** RE2 facts that Alertmanager's regexes rely on and JavaScript's would break (AM-M1, AM-M2). */
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { compileRegex } from '../../src/route/regex.ts'

describe('a pattern', () => {
  it.each<[pattern: string, value: string, expected: boolean]>([
    ['warning|critical', 'critical', true],
    ['warning|critical', 'critical ', false],
    ['warning|critical', 'warning|critical', false],
    ['warning|', '', true],
    ['warning', '', false],
    ['', '', true],
    ['', 'x', false],
    ['|', '', true],
    ['a b,c', 'a b,c', true],
    ['toString|__proto__', 'constructor', false],
    ['toString|__proto__', '__proto__', true],
    ['db-.*', 'db-1', true],
    ['db-.*', 'old-db-1', false],
    ['db', 'db1', false],
    ['a|b.', 'ax', false],
    ['a|b.', 'bx', true],
    ['.*', '', true],
    ['.+', '', false],
    ['^db$', 'db', true],
    ['a$', 'a\n', false],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['(?m)a$', 'a\nb', false],
    ['(?i)prod', 'PROD', true],
    ['(?i)prod|dev', 'Dev', true],
    ['a(?i)b|c', 'aB', true],
    ['\\pL+', 'Größe', true],
    ['\\pL+', 'a1', false],
    ['\\p{Greek}', 'λ', true],
    ['\\w+', 'ü', false],
    ['\\d', '٣', false],
    ['.', '😀', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\Aa\\z', 'a', true],
    ['(?P<zone>eu|us)-1', 'us-1', true],
    ['\\x{1F600}', '😀', true],
    ['a{,2}', 'a{,2}', true],
    ['(?U)a+', 'aaa', true],
  ])('%j on %j: %j', (pattern, value, expected) => {
    const test = compileRegex(pattern)
    expect(test(value)).toBe(expected)
    expect(test(value), 'the second answer comes from the memo').toBe(expected)
  })

  const invalid = (pattern: string, reason: string) =>
    `The regex ${JSON.stringify(pattern)} is not valid RE2: ${reason}. Lookaround and backreferences do not exist in RE2; see https://github.com/google/re2/wiki/Syntax.`

  it.each([
    ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(?!a)b', 'invalid or unsupported Perl syntax: `(?!`'],
    ['(?<=a)b', 'invalid named capture: `(?<=a)b`'],
    ['(?>a)', 'invalid or unsupported Perl syntax: `(?>`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['a\\Z', 'invalid escape sequence: `\\Z`'],
    ['\\u0041', 'invalid escape sequence: `\\u`'],
    ['(', 'missing closing ): `(`'],
    ['a)|(?:b', 'unexpected ): `a)|(?:b`'],
    ['[', 'missing closing ]: `[`'],
    ['*', 'missing argument to repetition operator: `*`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(a{100}){100}', 'invalid repeat count: `{100}`'],
    ['\\', 'trailing backslash at end of expression'],
    ['[z-a]', 'invalid character class range: `z-a`'],
  ])('%j is refused', (pattern, reason) => {
    expect(() => compileRegex(pattern)).toThrow(new Error(invalid(pattern, reason)))
  })

  it('has at most 1,000 characters', () => {
    expect(compileRegex('a'.repeat(1000))('a'.repeat(1000))).toBe(true)
    expect(() => compileRegex('a'.repeat(1001))).toThrow(
      'The regex has 1001 characters and may have 1000. Split it over several routes, or match a label that says it shorter.',
    )
  })

  it('may not unfold to more than 2,000 steps', () => {
    expect(compileRegex('[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){3}')('db-1.shop.example.org')).toBe(true)
    expect(() => compileRegex('x{1000}y{1000}')).toThrow(
      'The regex "x{1000}y{1000}" unfolds to 2002 steps and may have 2000. Use smaller counts in {n,m}, or * and +.',
    )
  })
})

describe('whatever the pattern', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '|',
    '.',
    '*',
    '+',
    '?',
    '(',
    ')',
    '[ab]',
    '^',
    '$',
    '{2}',
    '(?i)',
    '\\b',
    '\\n',
    'é',
    ' ',
  )
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const value = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '\n', ' ', 'é'), maxLength: 4 })

  it('means what Alertmanager means by ^(?:pattern)$', () => {
    let compared = 0
    fc.assert(
      fc.property(pattern, fc.array(value, { minLength: 5, maxLength: 5 }), (text, candidates) => {
        const test = attempt(() => compileRegex(text))
        if (test === null) return
        const wrapped = RE2JS.compile(`^(?:${text})$`)
        for (const candidate of candidates) {
          compared++
          expect(test(candidate), JSON.stringify([text, candidate])).toBe(wrapped.test(candidate))
        }
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(3000)
  })

  it('a list of literals means what RE2 means by it', () => {
    const literal = fc.string({
      unit: fc.constantFrom('a', 'b', '|', '-', ' ', ',', '/', '#', '&', '~', '"', 'é', '😀'),
      maxLength: 8,
    })
    fc.assert(
      fc.property(literal, literal, (text, other) => {
        const test = compileRegex(text)
        const wrapped = RE2JS.compile(`^(?:${text})$`)
        for (const candidate of [...text.split('|'), text, other, '', `${text}\n`]) {
          expect(test(candidate)).toBe(wrapped.test(candidate))
        }
      }),
      { numRuns: 2000 },
    )
  })

  function attempt<T>(make: () => T): T | null {
    try {
      return make()
    } catch {
      return null
    }
  }
})

describe('time and memory', () => {
  it.each(['(x+x+)+y', '(x*)*y', '(x|x?)+y', '(x|xx)+y'])('%s does not explode', (pattern) => {
    const test = compileRegex(pattern)
    const began = performance.now()
    expect(test('x'.repeat(5000))).toBe(false)
    // Half a millisecond is usual; a backtracking engine would need longer than the universe.
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('still answers right after more values than it remembers', () => {
    const test = compileRegex('host-[0-9]*[02468]')
    for (const _ of [1, 2]) {
      for (let i = 0; i < 1200; i++) expect(test(`host-${i}`)).toBe(i % 2 === 0)
    }
  })

  it('answers for values too long to remember', () => {
    const test = compileRegex('x+y?')
    expect(test('x'.repeat(5000))).toBe(true)
    expect(test(`${'x'.repeat(5000)}z`)).toBe(false)
  })
})
