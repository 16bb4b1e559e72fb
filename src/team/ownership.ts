/** Which team an alert belongs to. */
import type { Labels } from '../alert/labels.ts'
import type { TeamDocument } from './document.ts'
import { ownedValues } from './owns.ts'

/** The catch-all: no alert is without an owner. */
export const defaultTeam = 'default'

/** Built once per set of documents, so that finding the owners costs one look-up per label that anybody owns. */
export interface OwnerIndex {
  /** What `ownersOf` answers for the label `team`, made once: every alert keeps it for life. */
  readonly teams: ReadonlyMap<string, Owners>
  /** Label name → value → teams. */
  readonly owners: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
}

export function indexOwners(documents: Iterable<Pick<TeamDocument, 'team' | 'owns'>>): OwnerIndex {
  const teams = new Map<string, Owners>()
  const owners = new Map<string, Map<string, string[]>>()
  for (const { team, owns } of documents) {
    teams.set(team, { teams: [team], by: 'label', contested: false })
    for (const matcher of owns) {
      const byValue = owners.get(matcher.name) ?? new Map<string, string[]>()
      owners.set(matcher.name, byValue)
      for (const value of ownedValues(matcher)) {
        const holders = byValue.get(value) ?? []
        if (!holders.includes(team)) byValue.set(value, [...holders, team])
      }
    }
  }
  return { teams, owners }
}

/** `teams` is sorted and never empty. `contested`: several own it; all of them are told. */
export interface Owners {
  readonly teams: readonly string[]
  readonly by: 'label' | 'owns' | 'default'
  readonly contested: boolean
}

/**
 * The label `team` names the team, if a team of that name is in force; else whoever owns one of the alert's label
 * values; else the catch-all.
 */
export function ownersOf(labels: Labels, { teams, owners }: OwnerIndex): Owners {
  const named = labels.team === undefined ? undefined : teams.get(labels.team)
  if (named !== undefined) return named
  const found = new Set<string>()
  for (const [label, byValue] of owners) {
    const value = labels[label]
    for (const team of (value !== undefined && byValue.get(value)) || []) found.add(team)
  }
  if (found.size === 0) return nobodys
  return { teams: [...found].sort(), by: 'owns', contested: found.size > 1 }
}

const nobodys: Owners = { teams: [defaultTeam], by: 'default', contested: false }
