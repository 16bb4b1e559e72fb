/** How many terminal cells a text takes, and where to break it. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Emoji and East Asian wide characters take two cells (Unicode TR 11, the blocks that matter). */
const wide =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u
const invisible = /^[\p{Mark}\p{Format}]+$/u

/** Width of one line in cells. */
export function cells(line: string): number {
  if (/^[\x20-\x7e]*$/.test(line)) return line.length
  let total = 0
  for (const { segment } of graphemes.segment(line)) total += cellsOf(segment)
  return total
}

/**
 * Breaks a line at spaces so that no part is wider than `width`; a longer word is cut, and what goes on keeps the line's
 * indentation. Control and bidi characters are taken out first: a label must not move the cursor, colour the screen or
 * turn the line round.
 */
export function wrap(line: string, width: number): string[] {
  const shown = printable(line)
  const indent = (/^ */.exec(shown)?.[0] ?? '').slice(0, width >> 1)
  const room = width - indent.length
  const parts: string[] = []
  let part: string | null = null
  for (const word of shown.trimStart().split(' ')) {
    const longer: string = part === null ? word : `${part} ${word}`
    if (cells(longer) <= room) {
      part = longer
      continue
    }
    if (part !== null) parts.push(part)
    const pieces = cut(word, room)
    parts.push(...pieces.slice(0, -1))
    part = pieces.at(-1) ?? ''
  }
  return [...parts, part ?? ''].map((each) => indent + each)
}

function printable(line: string): string {
  return line.replaceAll('\t', '  ').replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '·')
}

function cut(word: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  let used = 0
  for (const { segment } of graphemes.segment(word)) {
    const more = cellsOf(segment)
    if (used + more > width) {
      pieces.push(piece)
      piece = ''
      used = 0
    }
    piece += segment
    used += more
  }
  return [...pieces, piece]
}

function cellsOf(grapheme: string): number {
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}
