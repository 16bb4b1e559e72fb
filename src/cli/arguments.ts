/** One file name and a few switches: what the commands that work on database files are given. */
import { parseArgs } from 'node:util'

/** The switches that were given, and the file; or what is wrong with the arguments. */
export function readArguments<Switch extends string>(
  args: readonly string[],
  switches: readonly Switch[],
  files: 0 | 1,
): { file: string; given: ReadonlySet<Switch> } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
    })
    if (positionals.length > files) return `There is one argument too many: ${positionals[files]}`
    if (positionals.length < files) return 'Name the file of the backup'
    return { file: positionals[0] ?? '', given: new Set(switches.filter((name) => values[name] === true)) }
  } catch (error) {
    return (error as Error).message
  }
}
