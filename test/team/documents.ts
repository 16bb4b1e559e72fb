/** Team documents for tests: a small sound one of team `x` in which any part can be replaced. */
import { type ParsedTeamDocument, parseTeamDocument } from '../../src/team/document.ts'
import { formatProblem } from '../../src/team/problem.ts'

interface Parts {
  team?: string
  owns?: string
  receivers?: string
  route?: string
  more?: string
}

/** Four lines before `route`, which is line 5. */
export function documentText({ team = 'x', owns, receivers, route, more }: Parts = {}): string {
  return [
    `team: ${team}`,
    receivers ?? `receivers:\n  - name: chat\n    webhook_configs: [{ url: 'https://example.com/chat' }]`,
    route ?? 'route:\n  receiver: chat',
    owns,
    more,
    '',
  ]
    .filter((part) => part !== undefined)
    .join('\n')
}

export function problemsOf(text: string, file = 'teams/x.yml'): string[] {
  const parsed = parseTeamDocument(text, file)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

/** The parsed document, or a failure that shows what is wrong with it. */
export function soundDocument(text: string, file = 'teams/x.yml'): Extract<ParsedTeamDocument, { ok: true }> {
  const parsed = parseTeamDocument(text, file)
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'))
  return parsed
}
