/** What is raised about documents that cannot be used: to their team, by its last good version, or to the operators. */
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { teamOfFile } from './name.ts'
import { defaultTeam } from './ownership.ts'
import { type DocumentProblem, formatProblem } from './problem.ts'

export const BROKEN_DOCUMENT = 'AlertRouterDocumentBroken'

/** One per file, with its first problem; `problems` hold no secrets. */
export function brokenDocuments(problems: readonly DocumentProblem[]): MetaAlert[] {
  return [...Map.groupBy(problems, ({ file }) => file)].flatMap(([file, [first, ...more]]): MetaAlert[] => {
    if (first === undefined) return []
    const name = file.split('/').at(-1) ?? file
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`
    return [
      {
        labels: {
          alertname: BROKEN_DOCUMENT,
          severity: 'warning',
          team: teamOfFile(file) ?? defaultTeam,
          file: name,
        },
        annotations: {
          summary: `A routing document cannot be used: ${formatProblem({ ...first, file: name })}${others}`,
          description:
            'The last good version stays in force. Correct the file and reload (SIGHUP, or POST /api/v1/teams/reload).',
        },
      },
    ]
  })
}
