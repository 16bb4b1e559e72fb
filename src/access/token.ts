/** A token made at run time: whom it stands for, and whether it is still taken. Pure. */
import type { TeamScope } from '../team/scope.ts'
import type { TokenFlaw, Verb } from './tokens.ts'

/** Times are epoch ms; `hash` is hex. `replacedAt`: since when a newer one has the name. */
export interface Token {
  readonly id: number
  readonly name: string
  readonly hash: string
  readonly verbs: readonly Verb[]
  readonly teams: TeamScope
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  readonly replacedAt: number | null
}

/** What keeps it from being taken at `now`; null for nothing. */
export function flawOf({ revokedAt, expiresAt }: Token, now: number): Exclude<TokenFlaw, 'unknown'> | null {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : null
}

const ALL_TEAMS = '*'

/** As it is shown and stored: `["*"]` for all teams. */
export function teamList(teams: TeamScope): string[] {
  return teams === null ? [ALL_TEAMS] : [...teams]
}

/** The list read back. */
export function teamScope(list: readonly string[]): TeamScope {
  return list.includes(ALL_TEAMS) ? null : list
}
