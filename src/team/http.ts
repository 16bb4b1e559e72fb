/** Teams over HTTP: which document is in force, what is wrong with the one on disk, and reading the folder again. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { ApiError } from '../errors.ts'
import { destinationJson, maskUrls, time, timeText, timeTextOrNull, toDestinationJson } from '../history/json.ts'
import { type DestinationFacts, everyDestination } from '../history/notification-store.ts'
import { cursorId, cursorText, nextCursor, pageQuery } from '../history/paging.ts'
import { type TeamFacts, teamRows, versionRows } from '../history/team-store.ts'
import type { App } from '../http/feature.ts'
import { TeamsFolderError } from './directory.ts'
import { NoDefaultTeamError, type ReloadReport } from './loading.ts'
import { teamOfFile } from './name.ts'
import { formatProblem } from './problem.ts'
import type { Routing } from './routing.ts'
import { inScope, type TeamScope } from './scope.ts'

export interface TeamDeps {
  /** Committed state. */
  readonly reader: Queryable
  /** The documents in force. */
  readonly routing: () => Routing
  /** What the last start or reload found. */
  readonly report: () => ReloadReport
  /** Reads the folder again; rejects with a NoDefaultTeamError or a TeamsFolderError, and nothing has changed. */
  readonly reload: () => Promise<ReloadReport>
}

const versionJson = z
  .object({ id: z.int(), acceptedAt: time, file: z.string() })
  .meta({ id: 'TeamVersion', description: 'An accepted document, never changed.' })

const fields = {
  name: z.string(),
  version: versionJson.nullable().describe('The version in force; null when the document is gone.'),
  refused: z.boolean().describe('The file on disk was broken when it was last read: an older version stays in force.'),
  problems: z.array(z.string()).describe('What is wrong with the file, with line and column.'),
  destinations: z.array(
    z.object({
      destination: destinationJson,
      current: z.boolean().describe('The version in force has it; else it may still be owed resolves.'),
      failures: z.int().describe('Failed attempts in a row.'),
      pausedUntil: time.nullable(),
    }),
  ),
}

const teamJson = z.object(fields).meta({ id: 'Team' })
const teamsJson = z
  .object({ teams: z.array(teamJson), problems: z.array(z.string()).describe('Of all files, also misnamed ones.') })
  .meta({ id: 'Teams' })
const teamWithDocument = z
  .object({
    ...fields,
    document: z.string().nullable().describe('The text in force; of URLs in it only the host is shown.'),
  })
  .meta({ id: 'TeamWithDocument' })

const versionsPage = z
  .object({
    versions: z.array(z.object({ version: versionJson, inForce: z.boolean() })),
    next_cursor: nextCursor,
  })
  .meta({ id: 'TeamVersionPage' })

const reportJson = z
  .object({
    accepted: z.array(z.string()).describe('Teams whose document is new or changed, and in force now.'),
    kept: z.array(z.string()).describe('Teams whose document has not changed.'),
    refused: z.array(z.string()).describe('Teams whose file is broken; what was in force stays so.'),
    removed: z.array(z.string()).describe('Teams whose file is gone.'),
    problems: z.array(z.string()),
  })
  .meta({ id: 'ReloadReport' })

const teamParams = z.object({ team: z.string().max(63) })

/** `GET /api/v1/teams`, `/teams/{team}`, `/teams/{team}/versions` and `POST /api/v1/teams/reload`. */
export function teamRoutes(app: App, deps: TeamDeps): void {
  const { reader } = deps
  const read = { policy: { verb: 'read', perTeam: true } } as const
  const schema = (summary: string) => ({ summary, tags: ['teams'] })
  app.get(
    '/api/v1/teams',
    { config: read, schema: { ...schema('Teams and the documents in force'), response: { 200: teamsJson } } },
    async ({ caller }) => {
      const destinations = await everyDestination(reader)
      const teams = (await teamRows(reader)).filter(({ name }) => inScope(caller.teams, name))
      const problems = deps.report().problems.filter(({ file }) => inScope(caller.teams, teamOfFile(file) ?? ''))
      return { teams: teams.map((team) => toJson(team, destinations, deps)), problems: problems.map(formatProblem) }
    },
  )
  app.get(
    '/api/v1/teams/:team',
    {
      config: read,
      schema: { ...schema('One team with its document'), params: teamParams, response: { 200: teamWithDocument } },
    },
    async ({ params, caller }) => {
      const team = await findTeam(reader, params.team, caller.teams)
      const document = team.version === null ? null : maskUrls(team.version.document)
      return { ...toJson(team, await everyDestination(reader), deps), document }
    },
  )
  app.get(
    '/api/v1/teams/:team/versions',
    {
      config: read,
      schema: {
        ...schema('Every accepted document of a team, newest first'),
        params: teamParams,
        querystring: z.object(pageQuery),
        response: { 200: versionsPage },
      },
    },
    async ({ params, caller, query: { limit, cursor } }) => {
      const { name, version } = await findTeam(reader, params.team, caller.teams)
      const rows = await versionRows(reader, name, cursorId('versions', cursor), limit + 1)
      const shown = rows.slice(0, limit)
      return {
        versions: shown.map((row) => ({ version: toVersionJson(row), inForce: row.id === version?.id })),
        next_cursor: cursorText('versions', rows.length > limit ? (shown.at(-1)?.id ?? null) : null),
      }
    },
  )
  app.post(
    '/api/v1/teams/reload',
    {
      config: { policy: { verb: 'admin' } },
      schema: {
        ...schema('Read the folder of team documents again'),
        description: 'A broken file costs only its own team, whose last good version stays in force.',
        response: { 200: reportJson },
      },
    },
    async () => toReportJson(await reloadOrExplain(deps)),
  )
}

async function findTeam(reader: TeamDeps['reader'], name: string, scope: TeamScope): Promise<TeamFacts> {
  const [team] = await teamRows(reader, name)
  if (team !== undefined && inScope(scope, team.name)) return team
  throw new ApiError('not_found', `No document of a team of this name was ever accepted; GET /api/v1/teams lists them.`)
}

function toJson(
  { name, version }: TeamFacts,
  destinations: ReadonlyMap<number, DestinationFacts>,
  { routing, report }: TeamDeps,
) {
  const { refused, problems } = report()
  const receivers = routing().teams.get(name)?.receivers.values() ?? []
  const current = new Set([...receivers].flat().map(({ id }) => id))
  return {
    name,
    version: version && toVersionJson(version),
    refused: refused.includes(name),
    problems: problems.filter(({ file }) => teamOfFile(file) === name).map(formatProblem),
    destinations: [...destinations.values()]
      .filter(({ team }) => team === name)
      .map((destination) => ({
        destination: toDestinationJson(destination),
        current: current.has(destination.id),
        failures: destination.failures,
        pausedUntil: timeTextOrNull(destination.notBefore === 0 ? null : destination.notBefore),
      })),
  }
}

function toVersionJson({ id, acceptedAt, file }: { id: number; acceptedAt: number; file: string }) {
  return { id, acceptedAt: timeText(acceptedAt), file }
}

async function reloadOrExplain({ reload }: TeamDeps): Promise<ReloadReport> {
  try {
    return await reload()
  } catch (cause) {
    if (!(cause instanceof NoDefaultTeamError || cause instanceof TeamsFolderError)) throw cause
    throw new ApiError('conflict', cause.message, { cause })
  }
}

function toReportJson({ accepted, kept, refused, removed, problems }: ReloadReport) {
  return {
    accepted: [...accepted],
    kept: [...kept],
    refused: [...refused],
    removed: [...removed],
    problems: problems.map(formatProblem),
  }
}
