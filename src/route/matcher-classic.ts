/** The matcher syntax of Alertmanager up to 0.26: forgiving, ASCII names, values bare or in double quotes (AM-M3). */
import { compileMatcher, InvalidMatcherError, isSpace, type Matcher, type MatcherOp } from './matcher.ts'
import { MatcherSyntaxError, nameExpected, operatorExpected } from './matcher-syntax-error.ts'

/** Reads a comma-separated list; a brace at either end is dropped, even a lone one. Throws a MatcherSyntaxError. */
export function parseClassic(text: string): Matcher[] {
  return split(text).map(([from, to]) => parseOne(text, from, to))
}

/**
 * Where each matcher begins and ends: at commas outside double quotes. As upstream, a comma does not end an escape, so
 * in `a="x\,",b=c` the quote after the comma is an escaped one.
 */
function split(text: string): [from: number, to: number][] {
  const end = text.endsWith('}') ? text.length - 1 : text.length
  let from = text.startsWith('{') ? 1 : 0
  let quoted = false
  let escaped = false
  const pieces: [number, number][] = []
  for (let at = from; at < end; at++) {
    const char = text[at]
    if (char === ',') {
      if (quoted) continue
      pieces.push([from, at])
      from = at + 1
    } else if (char === '\\') {
      escaped = !escaped
    } else {
      if (char === '"' && !escaped) quoted = !quoted
      escaped = false
    }
  }
  // Only what follows the last comma may be blank, and only there is every Unicode space trimmed.
  let to = end
  while (from < to && isSpace.test(text[from] ?? '')) from++
  while (to > from && isSpace.test(text[to - 1] ?? '')) to--
  if (from < to) pieces.push([from, to])
  return pieces
}

function parseOne(text: string, from: number, to: number): Matcher {
  const piece = text.slice(from, to)
  const named = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*/.exec(piece)
  if (!named) {
    const at = from + (/[^\t\n\f\r ]/.exec(piece)?.index ?? piece.length)
    throw new MatcherSyntaxError(nameExpected(text, at), text, at)
  }
  const [lead, name = ''] = named
  const op = operator(piece, lead.length)
  if (!op) {
    const at = from + lead.length
    throw new MatcherSyntaxError(operatorExpected(name, text, at), text, at)
  }
  let start = from + lead.length + op.length
  let end = to
  while (start < end && isAsciiSpace(text[start])) start++
  while (end > start && isAsciiSpace(text[end - 1])) end--
  try {
    return compileMatcher(name, op, readValue(text, start, end))
  } catch (cause) {
    if (!(cause instanceof InvalidMatcherError)) throw cause
    throw new MatcherSyntaxError(cause.message, text, start, { cause })
  }
}

function operator(piece: string, at: number): MatcherOp | null {
  const two = piece.slice(at, at + 2)
  if (two === '=~' || two === '!=' || two === '!~') return two
  return two.startsWith('=') ? '=' : null
}

/** `\n`, `\"` and `\\` are escapes; any other backslash stands for itself. A bare double quote may only enclose the whole. */
function readValue(text: string, start: number, end: number): string {
  const quoted = text[start] === '"' && start < end
  let value = ''
  let closed = !quoted
  for (let at = quoted ? start + 1 : start; at < end; at++) {
    const char = text[at] ?? ''
    if (char === '\\' && at + 1 < end) {
      const next = text[++at] ?? ''
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`
    } else if (char === '"') {
      if (!quoted || at + 1 < end) throw unescapedQuote(text, at)
      closed = true
    } else {
      value += char
    }
  }
  if (!closed) throw unescapedQuote(text, start)
  return value
}

function unescapedQuote(text: string, at: number): MatcherSyntaxError {
  const problem =
    'A double quote must enclose the whole value or be written \\". Separate matchers with commas: a="b", c="d".'
  return new MatcherSyntaxError(problem, text, at)
}

function isAsciiSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\f' || char === '\r'
}
