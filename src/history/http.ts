/** The alerts of the past and present over HTTP: a filtered list, and one alert with everything that happened to it. */
import { z } from 'zod'
import { readTime } from '../alert/timestamp.ts'
import { ApiError } from '../errors.ts'
import type { App } from '../http/feature.ts'
import { compileMatcher, type Matcher } from '../route/matcher.ts'
import { parseMatchers } from '../route/matcher-parse.ts'
import { MatcherSyntaxError } from '../route/matcher-syntax-error.ts'
import { alertJson, alertJsonWith, toAlertJson } from './alert-json.ts'
import { alertPage } from './alert-page.ts'
import { type ExplainDeps, explainAlert } from './explain.ts'
import { cursorId, cursorText, MOST_SCANNED, nextCursor, pageQuery } from './paging.ts'
import { factJson, knowledgeJson, nextJson } from './timeline-json.ts'
import { Traces } from './trace.ts'
import { Vocabulary } from './vocabulary.ts'

export type HistoryDeps = ExplainDeps

const timeQuery = z.string().max(40).optional()

const listQuery = z.object({
  team: z.string().max(63).optional().describe('Alerts that belong to this team.'),
  source: z.string().max(200).optional().describe('Alerts that came by the ingest token of this name.'),
  severity: z.string().max(200).optional().describe('Value of the label severity.'),
  state: z.enum(['firing', 'resolved']).optional(),
  filter: z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string().max(2_000)).max(20))
    .optional()
    .describe('A matcher such as service=~"checkout|ledger" or env!="test"; give it again for more, all must match.'),
  since: timeQuery.describe('Received at this time or later: RFC 3339, or milliseconds since 1970.'),
  until: timeQuery.describe('Received before this time.'),
  ...pageQuery,
})

const list = z.object({ alerts: z.array(alertJson), next_cursor: nextCursor }).meta({ id: 'AlertPage' })

const explained = alertJsonWith('ExplainedAlert', {
  timeline: z.array(factJson),
  timelineCut: z.boolean().describe('The oldest notifications were left out: there are too many.'),
  told: z.array(knowledgeJson),
  next: z.array(nextJson),
})

/** `GET /api/v1/alerts` and `/api/v1/alerts/{id}`. */
export function historyRoutes(app: App, deps: HistoryDeps): void {
  const traces = new Traces()
  const vocabulary = new Vocabulary()
  app.get(
    '/api/v1/alerts',
    {
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'Alerts, newest first',
        description: `Labels are searched by an index. What it cannot answer is tried on the alerts, up to ${MOST_SCANNED} for a page: then the page is short, even empty, and next_cursor leads on.`,
        tags: ['alerts'],
        querystring: listQuery,
        response: { 200: list },
      },
    },
    async ({ query, caller }) => {
      const asked = {
        status: query.state ?? null,
        team: query.team ?? null,
        teams: caller.teams,
        source: query.source ?? null,
        matchers: matchersOf(query),
        since: readBound('since', query.since),
        until: readBound('until', query.until),
        below: cursorId('alerts', query.cursor),
        limit: query.limit,
      }
      const { alerts, below } = await alertPage(deps.reader, asked, vocabulary)
      return { alerts: alerts.map(toAlertJson), next_cursor: cursorText('alerts', below) }
    },
  )
  app.get(
    '/api/v1/alerts/:id',
    {
      config: { policy: { verb: 'read', perTeam: true } },
      schema: {
        summary: 'One alert and why what happened to it happened',
        description:
          'Derived from what was stored: how it was routed, who was told what and when, and what comes next.',
        tags: ['alerts'],
        params: z.object({ id: z.coerce.number().int().positive() }),
        response: { 200: explained },
      },
    },
    async ({ params, caller }) => {
      const found = await explainAlert(deps, traces, params.id, caller.teams)
      if (found !== null) return found
      throw new ApiError('not_found', `There is no alert ${params.id}; it may have been removed after its retention.`)
    },
  )
}

function matchersOf({ severity, filter = [] }: z.output<typeof listQuery>): Matcher[] {
  const matchers = filter.flatMap((text) => {
    const parsed = readMatchers(text)
    if (parsed.length === 0)
      throw new ApiError('invalid', 'An empty filter matches nothing in particular; leave it out.')
    return parsed
  })
  return severity === undefined ? matchers : [...matchers, compileMatcher('severity', '=', severity)]
}

function readMatchers(text: string): Matcher[] {
  try {
    return parseMatchers(text)
  } catch (cause) {
    if (!(cause instanceof MatcherSyntaxError)) throw cause
    throw new ApiError('invalid', `The filter cannot be read: ${cause.message}`, { cause })
  }
}

/** A plus sign of a time zone arrives as a space when the client did not escape it. */
function readBound(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const at = readTime(text.replace(' ', '+'))
  if (typeof at === 'number') return at
  throw new ApiError('invalid', `${name} is no time: write 2026-11-20T12:00:00Z, or milliseconds since 1970.`)
}
