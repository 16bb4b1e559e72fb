/** Decides, from the files that were read and the versions in force, which documents are in force next. */
import { checkClaims } from './claims.ts'
import { type Claims, type ParsedTeamDocument, parseTeamDocument, type TeamDocument } from './document.ts'
import { validTeamName } from './name.ts'
import { defaultTeam } from './ownership.ts'
import type { DocumentProblem } from './problem.ts'
import type { AdminNames } from './secrets.ts'

/** A file of TEAMS_DIR. `team` is null when the file's name is no team's; `text` is null when it cannot be read. */
export interface TeamFile {
  readonly file: string
  readonly team: string | null
  readonly text: string | null
}

/** The text of a team's version in force. */
export interface StoredDocument {
  readonly team: string
  readonly text: string
}

/**
 * What becomes of one team:
 * - `kept`: the file says what is in force already.
 * - `accepted`: store `text` as a new version and put it in force.
 * - `refused`: the file is broken; `document` is the stored one that stays in force, null if there is none.
 * - `removed`: the file is gone; nothing of the team stays in force.
 */
export type TeamPlan =
  | { readonly team: string; readonly outcome: 'kept'; readonly document: TeamDocument }
  | {
      readonly team: string
      readonly outcome: 'accepted'
      readonly document: TeamDocument
      readonly text: string
      readonly file: string
    }
  | {
      readonly team: string
      readonly outcome: 'refused'
      readonly document: TeamDocument | null
      readonly problems: readonly DocumentProblem[]
    }
  | { readonly team: string; readonly outcome: 'removed' }

export interface ReloadPlan {
  /** One per team that has a file or a stored version, sorted by team. */
  readonly teams: readonly TeamPlan[]
  /** Every problem of every file, also of those that are named after no team. */
  readonly problems: readonly DocumentProblem[]
  /** Without a catch-all nothing may run: at start refuse to, at reload change nothing. */
  readonly fatal: boolean
}

/**
 * A broken document costs only its own team, whose stored version stays in force. Where two documents claim the same,
 * the claim that is in force already wins, then changed teams before new ones, then the order of names.
 */
export function planReload(
  files: readonly TeamFile[],
  stored: readonly StoredDocument[],
  adminNames?: AdminNames,
): ReloadPlan {
  const drafts = draftTeams(files, stored, adminNames)
  const settled = refuseRivals(drafts.filter(isCandidate), drafts)
  const teams = drafts
    .map((draft) => toPlan(settled.get(draft.team) ?? draft))
    .sort((a, b) => (a.team < b.team ? -1 : 1))
  const refused = teams.flatMap((plan) => (plan.outcome === 'refused' ? plan.problems : []))
  const catchAll = teams.find(({ team }) => team === defaultTeam)
  const fatal = catchAll === undefined || catchAll.outcome === 'removed' || catchAll.document === null
  return { teams, problems: [...misnamed(files), ...refused], fatal }
}

type Sound = Extract<ParsedTeamDocument, { ok: true }>

/** A team on its way to a plan: what is in force, and what its file makes of it. */
interface Draft {
  readonly team: string
  readonly stored: Sound | null
  readonly next:
    | { readonly outcome: 'kept' | 'removed' }
    | { readonly outcome: 'accepted'; readonly parsed: Sound; readonly text: string; readonly file: string }
    | { readonly outcome: 'refused'; readonly problems: readonly DocumentProblem[] }
}

function draftTeams(files: readonly TeamFile[], stored: readonly StoredDocument[], adminNames?: AdminNames): Draft[] {
  const filesOf = Map.groupBy(files, ({ team }) => team)
  const textOf = new Map(stored.map(({ team, text }) => [team, text]))
  const teams = new Set([...textOf.keys(), ...filesOf.keys(), defaultTeam])
  const drafts: Draft[] = []
  for (const team of teams) {
    if (team === null) continue
    const text = textOf.get(team)
    const parsed = text === undefined ? null : parseTeamDocument(text, `${team}.yml`, adminNames)
    const next = readNext(team, filesOf.get(team) ?? [], text, filesOf.has(defaultTeam), adminNames)
    drafts.push({ team, stored: parsed?.ok ? parsed : null, next })
  }
  return drafts
}

function readNext(
  team: string,
  files: readonly TeamFile[],
  storedText: string | undefined,
  complete: boolean,
  adminNames?: AdminNames,
): Draft['next'] {
  const [only, second] = files
  if (only === undefined) {
    if (team === defaultTeam)
      return refuse('default.yml', 'the catch-all document is missing', 'add it; nothing is removed until then')
    // A folder without the catch-all is more likely half mounted than meant: it removes nobody.
    return { outcome: complete ? 'removed' : 'kept' }
  }
  const { file, text } = only
  if (second) return refuse(second.file, `team "${team}" has two files, ${file} too`, 'keep one of them')
  if (text === null)
    return refuse(
      file,
      'this is no file that can be read',
      'make it a regular file that the router may read, or remove it',
    )
  const parsed = parseTeamDocument(text, file, adminNames)
  if (!parsed.ok) return { outcome: 'refused', problems: parsed.problems }
  return text === storedText ? { outcome: 'kept' } : { outcome: 'accepted', parsed, text, file }
}

function refuse(file: string, what: string, valid: string): Draft['next'] {
  return { outcome: 'refused', problems: [{ file, line: 1, column: 1, what, valid }] }
}

interface Candidate extends Draft {
  readonly next: Extract<Draft['next'], { outcome: 'accepted' }>
}

function isCandidate(draft: Draft): draft is Candidate {
  return draft.next.outcome === 'accepted'
}

/**
 * The candidates that other teams' claims refuse, by team. A refused team falls back to its stored claims, which it may
 * have been about to give up to another candidate, so everything is looked at again.
 */
function refuseRivals(candidates: readonly Candidate[], drafts: readonly Draft[]): ReadonlyMap<string, Draft> {
  const refused = new Map<string, Draft>()
  const inOrder = candidates.toSorted(
    (a, b) => Number(a.stored === null) - Number(b.stored === null) || (a.team < b.team ? -1 : 1),
  )
  const held = new Map(inOrder.map((candidate) => [candidate, heldClaims(candidate)]))
  for (let again = true; again; ) {
    again = false
    const waiting = new Set(inOrder.filter(({ team }) => !refused.has(team)))
    const taken = drafts.flatMap((draft) => (waiting.has(draft as Candidate) ? [] : claimsInForce(draft)))
    for (const candidate of waiting) {
      waiting.delete(candidate)
      const later = [...waiting].flatMap((other) => held.get(other) ?? [])
      const problems = checkClaims(candidate.next.parsed.claims, [...taken, ...later])
      if (problems.length === 0) {
        taken.push(candidate.next.parsed.claims)
        continue
      }
      refused.set(candidate.team, { ...candidate, next: { outcome: 'refused', problems } })
      again = candidate.stored !== null
      if (again) break
    }
  }
  return refused
}

function claimsInForce({ stored, next }: Draft): Claims[] {
  return stored === null || next.outcome === 'removed' ? [] : [stored.claims]
}

/** What a changed document claims as the stored one does: nobody who changes beside it can take that. */
function heldClaims({ stored, next }: Candidate): Claims[] {
  if (stored === null) return []
  const { claims } = next.parsed
  const owned = new Set(stored.claims.owns.map(({ label, value }) => JSON.stringify([label, value])))
  const used = new Set(stored.claims.variables.map(({ name }) => name))
  return [
    {
      ...claims,
      owns: claims.owns.filter(({ label, value }) => owned.has(JSON.stringify([label, value]))),
      variables: claims.variables.filter(({ name }) => used.has(name)),
    },
  ]
}

function toPlan({ team, stored, next }: Draft): TeamPlan {
  const document = stored?.document ?? null
  if (next.outcome === 'accepted') {
    return { team, outcome: 'accepted', document: next.parsed.document, text: next.text, file: next.file }
  }
  if (next.outcome === 'refused') return { team, outcome: 'refused', document, problems: next.problems }
  if (next.outcome === 'removed') return { team, outcome: 'removed' }
  return document === null ? { team, outcome: 'removed' } : { team, outcome: 'kept', document }
}

function misnamed(files: readonly TeamFile[]): DocumentProblem[] {
  return files
    .filter(({ team }) => team === null)
    .map(({ file }) => {
      const [what, valid] = ['the file is not named after a team', `name it <team>.yml: ${validTeamName}`]
      return { file, line: 1, column: 1, what, valid }
    })
}
