/** The colour of a message to people: that of the first coloured mark in it. */
import type { Colour } from './terminal.ts'

const colours: Readonly<Record<string, Colour>> = { '✅': 'green', '🟠': 'yellow', '🔵': 'cyan', '⚪': 'cyan' }

/** Red for 🔴, and for a headline without a mark. */
export function markColour(headline: string): Colour {
  const [mark = ''] = /[🔴✅🟠🔵⚪]/u.exec(headline) ?? []
  return colours[mark] ?? 'red'
}
