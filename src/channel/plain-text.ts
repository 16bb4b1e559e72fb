/** Untrusted text made plain: one line, no invisible characters, never longer than asked for. */

/** Line breaks, tabs and other controls: they separate, so a space takes their place. */
const SEPARATORS = /[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu

/** Invisible: text direction, zero width, tags, soft hyphens, blank letters. They can hide or reorder what is read. */
const INVISIBLE = /[\p{Cf}\p{Co}\u180b-\u180f[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]]/gv

/** One visible line of at most `max` UTF-16 units, cut on a code point, the cut shown by `…`. */
export function plainText(value: string, max: number): string {
  return fitText(clean(value), max)
}

/** `value` as it is when it fits; otherwise cut between code points so that it fits with `…` at its end. */
export function fitText(value: string, max: number, widthOf: (character: string) => number = utf16Width): string {
  let width = 0
  let fits = ''
  for (const character of value) {
    const next = width + widthOf(character)
    if (next > max) return max < 1 ? '' : `${fits.trimEnd()}…`
    // What fits beside the "…" is what a cut would leave.
    if (next <= max - 1) fits += character
    width = next
  }
  return value
}

function clean(value: string): string {
  return value.toWellFormed().replace(SEPARATORS, ' ').replace(INVISIBLE, '').trim()
}

function utf16Width(character: string): number {
  return character.length
}
