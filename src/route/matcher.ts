/** One label matcher: `name op value`, with RE2 regexes anchored as Alertmanager anchors them (AM-M1). */
import type { Labels } from '../alert/labels.ts'
import { goQuote } from './go-string.ts'
import { compileRegex, type ValueTest } from './regex.ts'

export type MatcherOp = '=' | '!=' | '=~' | '!~'

/** Made by `compileMatcher` only: its test of a value is private, so that equality, JSON and logs see the three fields. */
export class Matcher {
  readonly name: string
  readonly op: MatcherOp
  readonly value: string
  readonly #test: ValueTest

  constructor(name: string, op: MatcherOp, value: string, test: ValueTest) {
    this.name = name
    this.op = op
    this.value = value
    this.#test = test
  }

  /** Whether the matcher accepts this label value; `''` stands for a missing label. */
  accepts(value: string): boolean {
    return this.#test(value)
  }
}

/** A matcher that cannot be built; the message says why and what would be valid. */
export class InvalidMatcherError extends Error {
  override readonly name: string = 'InvalidMatcherError'
}

/** Builds a matcher, or throws an InvalidMatcherError for an empty name, broken Unicode or a regex that RE2 refuses. */
export function compileMatcher(name: string, op: MatcherOp, value: string): Matcher {
  if (name === '') throw new InvalidMatcherError('A matcher needs a label name before its operator.')
  if (!name.isWellFormed() || !value.isWellFormed()) {
    throw new InvalidMatcherError(
      `The matcher on ${JSON.stringify(name)} holds half of a surrogate pair, not valid Unicode.`,
    )
  }
  return new Matcher(name, op, value, compileTest(op, value))
}

/** A missing label counts as `''`, so `foo=""`, `foo=~".*"` and `foo!="x"` match labels without foo (AM-M1). */
export function matches(matcher: Matcher, labels: Labels): boolean {
  return matcher.accepts(labels[matcher.name] ?? '')
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return firstFailing(matchers, labels) === null
}

/** The first matcher, in the author's order, that the labels fail; null if they match all. */
export function firstFailing(matchers: readonly Matcher[], labels: Labels): Matcher | null {
  for (const matcher of matchers) if (!matches(matcher, labels)) return matcher
  return null
}

/** Prints as Alertmanager does (AM-M7), in a form that `parseMatchers` reads back as the same matcher. */
export function formatMatcher({ name, op, value }: Matcher): string {
  if (isReserved.test(name)) return goQuote(name) + op + goQuote(value)
  return `${name}${op}"${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`
}

function compileTest(op: MatcherOp, expected: string): ValueTest {
  switch (op) {
    case '=':
      return (value) => value === expected
    case '!=':
      return (value) => value !== expected
    case '=~':
      return compile(expected)
    case '!~': {
      const test = compile(expected)
      return (value) => !test(value)
    }
  }
}

function compile(pattern: string): ValueTest {
  try {
    return compileRegex(pattern)
  } catch (cause) {
    throw new InvalidMatcherError((cause as Error).message, { cause })
  }
}

/** Go's unicode.IsSpace, as the inside of a character class. */
const goSpace = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

export const isSpace = new RegExp(`[${goSpace}]`)
/** What a name or bare value cannot hold without quotes (AM-M4). */
export const isReserved = new RegExp(`[{}!=~,\\\\"'\`${goSpace}]`)
