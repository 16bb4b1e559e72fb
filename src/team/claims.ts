/** What only a set of documents can show to be wrong: two teams that take the same alerts or the same secrets. */
import type { Claims } from './document.ts'
import type { DocumentProblem } from './problem.ts'
import { isOwnVariable, variablePrefix } from './secrets.ts'

/**
 * Problems of `candidate` beside the documents of the other teams, which were there first: whoever comes or changes is
 * refused, so that no document can take anything from another team.
 */
export function checkClaims(candidate: Claims, others: readonly Claims[]): DocumentProblem[] {
  const rivals = others.filter(({ team }) => team !== candidate.team)
  const problems = [
    ...checkOwned(candidate, rivals),
    ...checkPrefix(candidate, rivals),
    ...checkVariables(candidate, rivals),
  ]
  return problems.sort((a, b) => a.line - b.line || a.column - b.column)
}

/** One label value has one owner. */
function* checkOwned({ team, file, owns }: Claims, rivals: readonly Claims[]): Iterable<DocumentProblem> {
  const holders = new Map<string, string>()
  for (const rival of rivals) {
    for (const { label, value } of rival.owns) holders.set(JSON.stringify([label, value]), rival.team)
  }
  for (const { label, value, line, column } of owns) {
    const holder = holders.get(JSON.stringify([label, value]))
    if (holder === undefined) continue
    const what = `team "${team}" cannot own ${label}=${JSON.stringify(value)}, which team "${holder}" owns`
    yield { file, line, column, what, valid: `remove it here, or first in the document of "${holder}"` }
  }
}

/**
 * Prefixes of variables can hold each other: `ML_` of team `ml` covers `ML_PLATFORM_URL` of team `ml-platform`. The
 * longest prefix wins, and a team that would take a variable in use away is refused.
 */
function* checkPrefix({ team, file }: Claims, rivals: readonly Claims[]): Iterable<DocumentProblem> {
  const prefix = variablePrefix(team)
  for (const rival of rivals) {
    const rivalPrefix = variablePrefix(rival.team)
    const taken = rival.variables.find(({ name }) => isOwnVariable(name, team) && prefix.length > rivalPrefix.length)
    if (taken === undefined && prefix !== rivalPrefix) continue
    const what =
      taken === undefined
        ? `the secrets of team "${team}" would begin with ${prefix}, as those of team "${rival.team}" do`
        : `the secrets of team "${team}" begin with ${prefix}, and team "${rival.team}" uses ${taken.name}`
    yield { file, line: 1, column: 1, what, valid: `rename one of the teams, or first the variable of "${rival.team}"` }
  }
}

function* checkVariables({ team, file, variables }: Claims, rivals: readonly Claims[]): Iterable<DocumentProblem> {
  const { length } = variablePrefix(team)
  for (const { name, line, column } of variables) {
    const owner = rivals.find((rival) => isOwnVariable(name, rival.team) && variablePrefix(rival.team).length > length)
    if (owner === undefined) continue
    const what = `the variable ${name} belongs to team "${owner.team}", whose secrets begin with ${variablePrefix(owner.team)}`
    yield { file, line, column, what, valid: 'use a variable of another name' }
  }
}
