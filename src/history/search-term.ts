/** What the search index knows an episode by: a readable word of ASCII for each of its labels and teams, and its source. */
import type { Labels } from '../alert/labels.ts'

/** Longer terms are cut, so they can stand for several values: whoever finds one looks at the row as well. */
const LONGEST = 240

/** Everything an episode can be searched by, as one text: terms hold no spaces. */
export function termsText(labels: Labels, teams: readonly string[], source: string): string {
  let text = sourceTerm(source)
  for (const team of teams) text += ` ${teamTerm(team)}`
  for (const name in labels) text += ` ${labelTerm(name, labels[name] as string)}`
  return text
}

export function labelTerm(name: string, value: string): string {
  return cut(`${word(name)}=${word(value)}`)
}

/** No label's term begins with `@`. */
export function teamTerm(team: string): string {
  return cut(`@team=${word(team)}`)
}

export function sourceTerm(source: string): string {
  return cut(`@source=${word(source)}`)
}

/** How a part of a value stands in its term. */
export function partOfTerm(text: string): string {
  return word(text)
}

/** Whether it may stand for several values. */
export function isCut(term: string): boolean {
  return term.length >= LONGEST
}

/** The value in a label's term that was not cut. */
export function valueIn(term: string): string {
  const value = term.slice(term.indexOf('=') + 1)
  return value.replace(/\^[a-z]|(?:%[0-9a-f]{2})+/g, (code) =>
    code.startsWith('^') ? code.slice(1).toUpperCase() : decodeURIComponent(code),
  )
}

function cut(term: string): string {
  return term.length > LONGEST ? term.slice(0, LONGEST) : term
}

/**
 * The index folds capitals and splits at what is no letter, digit or one of `_-.:/=^%@`. So a capital is written as `^`
 * and the small letter, and the rest as the `%` and hex of its bytes. The beginning of a text gives the beginning of
 * its word.
 */
function word(text: string): string {
  return /[^a-z0-9_\-.:/]/.test(text) ? text.replace(/[^a-z0-9_\-.:/]/gu, written) : text
}

function written(char: string): string {
  if (char >= 'A' && char <= 'Z') return `^${char.toLowerCase()}`
  const code = char.codePointAt(0) as number
  if (code < 0x80) return `%${code.toString(16).padStart(2, '0')}`
  return encodeURIComponent(char.toWellFormed()).toLowerCase()
}
