/** Text that any store and any channel can hold: well-formed, without NUL, no longer than its limit. */

/** PostgreSQL refuses NUL in text, SQLite's functions stop at it, and a lone surrogate has no UTF-8. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** `text` with U+FFFD in place of every NUL and lone surrogate. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd')
}

/** At most `max` UTF-16 units of `text`; what was cut ends in an ellipsis and never inside a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < 1) return ''
  const last = text.charCodeAt(max - 2)
  const pairSplit = last >= 0xd800 && last < 0xdc00
  return `${text.slice(0, pairSplit ? max - 2 : max - 1)}…`
}
