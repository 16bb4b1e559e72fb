/** Go's double-quoted string literals, which Alertmanager's quoted matchers are (strconv.Quote and strconv.Unquote). */

/** A literal that Go and `goUnquote` read back; what is not printable becomes an escape. */
export function goQuote(text: string): string {
  return `"${text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escapeChar)}"`
}

/** Why a literal is not one, and where in its text. */
export interface BadLiteral {
  readonly offset: number
  readonly reason: string
}

/** The text of a literal that begins and ends with a double quote; `\x` and octal escapes are bytes of UTF-8. */
export function goUnquote(literal: string): string | BadLiteral {
  const newline = literal.indexOf('\n')
  if (newline >= 0) return { offset: newline, reason: 'A line break inside double quotes is written \\n.' }
  if (!literal.includes('\\')) return literal.slice(1, -1)

  const bytes: Buffer[] = []
  for (let at = 1; at < literal.length - 1; ) {
    const next = readPiece(literal, at)
    if (next === null) {
      const reason = `${JSON.stringify(literal.slice(at, at + 2))} is not an escape here. Write \\\\ for a backslash; valid are \\n \\t \\r \\" \\\\ \\a \\b \\f \\v \\xFF \\377 \\uFFFF \\U0010FFFF.`
      return { offset: at, reason }
    }
    bytes.push(next.bytes)
    at = next.end
  }
  try {
    return utf8.decode(Buffer.concat(bytes))
  } catch {
    return { offset: 0, reason: 'The escapes in these double quotes do not make valid UTF-8.' }
  }
}

/** The bytes of the plain run or the single escape at `at`; null if that escape does not exist. */
function readPiece(literal: string, at: number): { bytes: Buffer; end: number } | null {
  if (literal[at] !== '\\') {
    const backslash = literal.indexOf('\\', at)
    const end = backslash < 0 ? literal.length - 1 : backslash
    return { bytes: Buffer.from(literal.slice(at, end)), end }
  }
  goEscape.lastIndex = at
  const found = goEscape.exec(literal)
  if (!found) return null
  const end = goEscape.lastIndex
  const [, short, hex, octal, rune] = found
  if (short !== undefined) return { bytes: Buffer.from(charOf.get(short) ?? ''), end }
  if (rune === undefined) {
    const byte = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)
    return byte > 0xff ? null : { bytes: Buffer.of(byte), end }
  }
  const code = Number.parseInt(rune.slice(1), 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null
  return { bytes: Buffer.from(String.fromCodePoint(code)), end }
}

function escapeChar(char: string): string {
  const short = letterOf.get(char)
  if (short !== undefined) return `\\${short}`
  const code = char.codePointAt(0) ?? 0
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

const goEscape = /\\(?:([abfnrtv"\\])|x([0-9a-fA-F]{2})|([0-7]{3})|(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))/y
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const charOf: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['"', '"'],
  ['\\', '\\'],
])
const letterOf: ReadonlyMap<string, string> = new Map([...charOf].map(([letter, char]) => [char, letter]))
