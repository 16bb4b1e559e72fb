/** The matcher syntax of Alertmanager since 0.27: any UTF-8 name, Go's escapes in quotes, balanced braces (AM-M4). */
import { goUnquote } from './go-string.ts'
import { compileMatcher, InvalidMatcherError, isReserved, isSpace, type Matcher, type MatcherOp } from './matcher.ts'
import { found, MatcherSyntaxError, nameExpected, operatorExpected } from './matcher-syntax-error.ts'

/** Reads a comma-separated list of matchers, in braces or not. Throws a MatcherSyntaxError. */
export function parseUtf8(text: string): Matcher[] {
  const reader = new Reader(text)
  const braced = reader.token().kind === '{'
  if (braced) reader.advance()

  const matchers: Matcher[] = []
  while (reader.token().kind !== '}' && reader.token().kind !== 'end') {
    matchers.push(readMatcher(reader))
    if (reader.token().kind !== ',') break
    reader.advance()
  }

  if (reader.token().kind === '}') {
    if (!braced) reader.fail('This } closes nothing. Begin with { or leave both out.')
    reader.advance()
    if (reader.token().kind !== 'end') reader.fail(`Nothing may follow the closing }, found ${reader.found()}.`)
  } else if (reader.token().kind !== 'end') {
    reader.fail(
      `Expected a comma or the end after the value, found ${reader.found()}. Put a value with special characters in double quotes.`,
    )
  } else if (braced) {
    reader.fail('The { at the beginning is never closed. End with } or leave both out.')
  }
  return matchers
}

function readMatcher(reader: Reader): Matcher {
  const { text } = reader
  const name = reader.token()
  if (name.kind !== 'text') throw reader.fail(nameExpected(text, name.at))
  reader.advance()
  const op = reader.token()
  if (op.kind !== 'operator') throw reader.fail(operatorExpected(name.value, text, op.at))
  reader.advance()
  const value = reader.token()
  if (value.kind !== 'text') {
    throw reader.fail(`Expected a value after ${op.value}, found ${reader.found()}. An empty value is written "".`)
  }
  reader.advance()
  try {
    return compileMatcher(name.value, op.value, value.value)
  } catch (cause) {
    if (!(cause instanceof InvalidMatcherError)) throw cause
    throw new MatcherSyntaxError(cause.message, text, name.value === '' ? name.at : value.at, { cause })
  }
}

type Token =
  | { readonly kind: '{' | '}' | ',' | 'end' | 'stray'; readonly at: number }
  | { readonly kind: 'operator'; readonly at: number; readonly value: MatcherOp }
  | { readonly kind: 'text'; readonly at: number; readonly value: string }

/** Holds the token under the cursor. */
class Reader {
  readonly text: string
  #next = 0
  #token: Token

  constructor(text: string) {
    this.text = text
    this.#token = this.#scan()
  }

  token(): Token {
    return this.#token
  }

  advance(): void {
    this.#token = this.#scan()
  }

  found(): string {
    return found(this.text, this.#token.at)
  }

  fail(problem: string): never {
    throw new MatcherSyntaxError(problem, this.text, this.#token.at)
  }

  #scan(): Token {
    const { text } = this
    while (this.#next < text.length && isSpace.test(text[this.#next] ?? '')) this.#next++
    const at = this.#next
    const char = text[at]
    if (char === undefined) return { kind: 'end', at }
    if (char === '"') return { kind: 'text', at, value: this.#quoted(at) }
    if (char === '{' || char === '}' || char === ',') {
      this.#next++
      return { kind: char, at }
    }
    if (!isReserved.test(char)) {
      while (this.#next < text.length && !isReserved.test(text[this.#next] ?? '')) this.#next++
      return { kind: 'text', at, value: text.slice(at, this.#next) }
    }
    const value = /^(?:=~|=|!=|!~)/.exec(text.slice(at, at + 2))?.[0] as MatcherOp | undefined
    this.#next += value?.length ?? 1
    return value ? { kind: 'operator', at, value } : { kind: 'stray', at }
  }

  #quoted(at: number): string {
    const { text } = this
    let end = at + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    if (end >= text.length) {
      throw new MatcherSyntaxError('This double quote is never closed. Write \\" for one inside.', text, at)
    }
    this.#next = end + 1
    const value = goUnquote(text.slice(at, end + 1))
    if (typeof value === 'string') return value
    throw new MatcherSyntaxError(value.reason, text, at + value.offset)
  }
}
