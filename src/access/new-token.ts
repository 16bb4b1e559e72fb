/** What a token made at run time may be: its name, verbs, teams and end, checked alike for REST and the command line. */
import { z } from 'zod'
import { readTime } from '../alert/timestamp.ts'
import { OWN_SOURCE } from '../meta-alert/meta-alert.ts'
import { parseDuration } from '../team/duration.ts'
import { isTeamName, validTeamName } from '../team/name.ts'
import type { TeamScope } from '../team/scope.ts'
import { teamScope } from './token.ts'
import { DEFAULT_SOURCE, type Verb, verbs } from './tokens.ts'

/** A token as asked for. It ends at `expiresAt` (epoch ms) or after `lifetimeMs`, or never if both are null. */
export interface NewToken {
  readonly name: string
  readonly verbs: readonly Verb[]
  readonly teams: TeamScope
  readonly expiresAt: number | null
  readonly lifetimeMs: number | null
}

/** Names of the router's own source and of callers that no stored token stands for: the log and history tell them apart. */
const reserved: ReadonlySet<string> = new Set([OWN_SOURCE, DEFAULT_SOURCE, 'nobody', 'read', 'admin'])

/** A duration as text in, milliseconds out. */
const duration = z
  .string()
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== null && ms > 0) return ms
    context.addIssue({ code: 'custom', message: 'is no duration; write for example 12h or 90d' })
    return z.NEVER
  })
  .meta({ description: 'A duration such as 12h or 90d.' })

const moment = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = readTime(text)
    if (typeof at === 'number') return at
    context.addIssue({ code: 'custom', message: 'is no time; write for example 2027-01-31T00:00:00Z' })
    return z.NEVER
  })
  .meta({ format: 'date-time' })

/** The body that asks for a token. Strict, since a misspelt `expiresIn` would make one that lives for ever. */
export const newTokenJson = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, ., - and _, at most 63, a letter first')
      .refine((name) => !reserved.has(name), 'is reserved; choose another')
      .describe('Unique. Of an ingest token, it is the source of the alerts that come by it.'),
    verbs: z.array(z.enum(verbs)).min(1),
    teams: z
      .array(z.string().refine((name) => name === '*' || isTeamName(name), `must be * or ${validTeamName}`))
      .min(1)
      .max(100)
      .optional()
      .describe('Whose things it may read and edit; ["*"] for all teams. Not for ingest and admin: they are for all.'),
    expiresIn: duration.optional(),
    expiresAt: moment.optional(),
  })
  .superRefine(({ verbs: allowed, teams, expiresIn, expiresAt }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const all = teams?.includes('*')
    if (all && teams?.length !== 1) complain('teams', 'names teams beside *, which stands for all')
    const forAll = allowed.find((verb) => verb === 'ingest' || verb === 'admin')
    if (forAll === undefined && teams === undefined) complain('teams', 'is missing; name the teams, or * for all')
    if (forAll !== undefined && teams !== undefined && !all) {
      complain('teams', `cannot limit ${forAll}, which is for all teams; make a token of its own for it`)
    }
    if (expiresIn !== undefined && expiresAt !== undefined) {
      complain('expiresAt', 'stands beside expiresIn; keep one of them')
    }
  })
  .meta({ id: 'NewToken' })

/** How a token gets a second secret: how long the first is still taken beside it. A body need not be sent. */
export const rotationJson = z
  .preprocess(
    (body) => body ?? {},
    z.strictObject({ overlap: duration.prefault('1d').describe('How long the old secret is still taken.') }),
  )
  .meta({ id: 'Rotation' })

export function toNewToken({
  name,
  verbs: allowed,
  teams,
  expiresIn,
  expiresAt,
}: z.output<typeof newTokenJson>): NewToken {
  return {
    name,
    verbs: verbs.filter((verb) => allowed.includes(verb)),
    teams: teams === undefined ? null : teamScope([...new Set(teams)].sort()),
    expiresAt: expiresAt ?? null,
    lifetimeMs: expiresIn ?? null,
  }
}
