/** `check`: whether a database is in order, and what is in it. */
import { resolve } from 'node:path'
import { type Inspection, inspectFile } from '../db/inspection.ts'
import { CODE_SCHEMA } from '../db/migrate.ts'
import { formatBytes } from '../disk/bytes.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

const usage = `check [<file>]

Reads the router's database, or a backup, from end to end and changes nothing. Works while the router runs.
Exit status 1 if something is wrong.

  check
  check /backups/alert-router-2026-11-20.db`

export const check: Command = {
  name: 'check',
  summary: 'read a database or a backup through and say whether it is in order',
  usage,
  run: async (args, { config, print, complain }) => {
    const asked = readArguments(args, [], args.length > 0 ? 1 : 0)
    if (typeof asked === 'string') {
      complain(`${asked}.\n\n${usage}`)
      return 2
    }
    const file = asked.file === '' ? config.databaseFile : resolve(asked.file)
    const inspection = inspectFile(file)
    const problems = [...inspection.problems, ...schemaProblems(inspection)]
    print(
      `${file}: ${formatBytes(inspection.bytes)}, of which ${formatBytes(inspection.freeBytes)} are free for new rows`,
    )
    print(`schema: ${inspection.migrations.at(-1) ?? 'none'}`)
    const width = Math.max(0, ...[...inspection.counts.values()].map((rows) => String(rows).length))
    for (const [table, rows] of inspection.counts) print(`${String(rows).padStart(width)}  ${table}`)
    for (const problem of problems) complain(problem)
    print(problems.length === 0 ? 'In order.' : 'Not in order. Keep a copy of it, and restore a backup.')
    return problems.length === 0 ? 0 : 1
  },
}

/** Why this program cannot use it. */
export function schemaProblems({ migrations, neededSchema }: Inspection): string[] {
  if (migrations.length === 0) return ['It is no database of alert-router.']
  if (neededSchema <= CODE_SCHEMA) return []
  return [
    `It was used by a newer version, whose schema ${neededSchema} this one does not know (it knows ${CODE_SCHEMA}).`,
  ]
}
