/** Plans a search: which of a filter's conditions the index can answer, and which of them it is worth asking about. */
import type { Matcher } from '../route/matcher.ts'
import { literalAlternatives, literalsOf } from '../route/regex-literal.ts'
import type { TeamScope } from '../team/scope.ts'
import { labelTerm, partOfTerm, sourceTerm, teamTerm, valueIn } from './search-term.ts'

/** One of these terms must be there. */
export type AnyOf = readonly string[]

/** A regex whose terms are looked up: those that begin with `prefix`, hold `part` unless they were cut, and a value it matches. */
export interface Pattern {
  readonly matcher: Matcher
  readonly prefix: string
  readonly part: string
}

/** What the index can be asked; whatever is not in here is checked on the rows. */
export interface Conditions {
  readonly known: readonly AnyOf[]
  readonly patterns: readonly Pattern[]
}

/** Conditions of a filter that are considered; further ones are checked on the rows. */
const MOST_CONDITIONS = 12

/** Terms that are looked for at a time: 300 take the index 2 to 6 ms. */
export const MOST_TERMS = 300

export interface SearchFilter {
  readonly team: string | null
  readonly teams: TeamScope
  readonly source: string | null
  readonly matchers: readonly Matcher[]
}

/** A matcher that accepts a missing label says nothing about which terms are there. */
export function conditionsOf({ team, teams, source, matchers }: SearchFilter): Conditions {
  const known: AnyOf[] = []
  const patterns: Pattern[] = []
  if (team !== null) known.push([teamTerm(team)])
  else if (teams !== null) known.push(teams.map(teamTerm))
  if (source !== null) known.push([sourceTerm(source)])
  for (const matcher of matchers.filter((one) => !one.accepts(''))) {
    const { name, op, value } = matcher
    const values = op === '=' ? [value] : op === '=~' ? literalAlternatives(value) : null
    if (values !== null) known.push(values.map((one) => labelTerm(name, one)))
    else if (op === '=~') {
      const { prefix, part } = literalsOf(value)
      patterns.push({ matcher, prefix: labelTerm(name, prefix), part: partOfTerm(part) })
    }
  }
  return {
    known: known.filter((terms) => terms.length <= MOST_TERMS).slice(0, MOST_CONDITIONS),
    patterns: patterns.slice(0, MOST_CONDITIONS),
  }
}

/** Whether the pattern accepts the value in a term that was not cut. */
export function acceptsTerm({ matcher }: Pattern, term: string): boolean {
  return matcher.accepts(valueIn(term))
}

/** A condition and the share of the episodes that satisfy it, as found in a sample. */
export interface Measured {
  readonly terms: AnyOf
  readonly share: number
}

/** A list of more than this share of the rows costs the index more than the rows cost that are read in vain without it. */
const WORTH_ASKING = 1 / 10

/** When little is found, broad lists are worth reading too, as long as each rules out half of the rows. */
const WORTH_TRYING = 1 / 2

/**
 * The conditions the index is asked about, the rarest first. None: go through the rows instead, which `rowShare` of the
 * ids have. `failed`: what was looked at so far was looked at in vain.
 */
export function choose(measured: readonly Measured[], rowShare: number, failed: boolean): AnyOf[] {
  const most = rowShare * (failed ? WORTH_TRYING : WORTH_ASKING)
  return measured
    .filter(({ share }) => share <= most)
    .toSorted((a, b) => a.share - b.share)
    .map(({ terms }) => terms)
}

/** Whether this many hits among this many ids are too many for the index to be the better way. */
export function isDense(hits: number, ids: number, rowShare: number): boolean {
  return hits > ids * rowShare * WORTH_ASKING
}
