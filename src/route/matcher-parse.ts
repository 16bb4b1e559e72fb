/** Matchers as users write them, in either of Alertmanager's two syntaxes. */
import type { Matcher } from './matcher.ts'
import { parseClassic } from './matcher-classic.ts'
import { MatcherSyntaxError } from './matcher-syntax-error.ts'
import { parseUtf8 } from './matcher-utf8.ts'

/**
 * Reads one or several matchers, comma-separated, with optional braces and trailing comma, in the author's order; an
 * empty text or `{}` gives none. What the classic syntax accepts is read by it, so every existing alertmanager.yml keeps
 * its meaning; everything else is tried with quoted and UTF-8 names (Alertmanager's fallback mode, AM-M3 to AM-M5).
 * Throws a MatcherSyntaxError.
 */
export function parseMatchers(text: string): Matcher[] {
  const classic = attempt(parseClassic, text)
  if (!(classic instanceof MatcherSyntaxError)) return classic
  const utf8 = attempt(parseUtf8, text)
  if (!(utf8 instanceof MatcherSyntaxError)) return utf8
  throw moreTelling(classic, utf8)
}

/** A refused regex means that the syntax was right; else whoever read further knows better what is wrong. */
function moreTelling(classic: MatcherSyntaxError, utf8: MatcherSyntaxError): MatcherSyntaxError {
  return classic.cause !== undefined || classic.column > utf8.column ? classic : utf8
}

function attempt(parse: (text: string) => Matcher[], text: string): Matcher[] | MatcherSyntaxError {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof MatcherSyntaxError) return error
    throw error
  }
}
