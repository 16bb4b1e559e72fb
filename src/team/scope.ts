/** Which teams somebody may see and change: a list of names, or all of them. */

/** Names of teams; null for all teams. */
export type TeamScope = readonly string[] | null

/** Whether something of this team is theirs. */
export function inScope(scope: TeamScope, team: string): boolean {
  return scope === null || scope.includes(team)
}

/** Whether something that belongs to these teams is theirs too. */
export function touchesScope(scope: TeamScope, teams: readonly string[]): boolean {
  return scope === null || teams.some((team) => scope.includes(team))
}
