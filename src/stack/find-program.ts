/** Where a program is on this machine. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The path that the environment variable `variable` names, else the first of `names` on PATH (a program may have another
 * name in Debian than upstream), else null. Throws if the variable names no program.
 */
export function findProgram(env: Environment, variable: string, names: readonly string[]): string | null {
  const given = env[variable] ?? ''
  if (given !== '') {
    if (isExecutable(given)) return given
    throw new Error(`${variable}=${given} is no program that can be run. Give the path of ${names[0]}, or unset it.`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
