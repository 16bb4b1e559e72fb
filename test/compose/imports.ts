/** Follows the imports of a program, as Node would: which packages it needs, and which of its files are missing. */
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What cannot be found from the files below `root`, beginning with `program`; each once. */
export function missingImports(root: string, program: string, seen = new Set<string>()): readonly string[] {
  const file = join(root, program)
  if (seen.has(file)) return []
  seen.add(file)
  if (!existsSync(file)) return [`${program} is not in the image`]
  return importsOf(readFileSync(file, 'utf8')).flatMap((name) => {
    if (name.startsWith('.')) return missingImports(root, join(dirname(program), name), seen)
    if (name.startsWith('node:') || builtinModules.includes(name)) return []
    return isInstalled(name, file) ? [] : [`${program} imports ${name}, which is not installed`]
  })
}

/** Types are gone when Node has read the file. */
function importsOf(source: string): string[] {
  const found = source.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)
  return [...found].map(([, name = '']) => name)
}

function isInstalled(name: string, from: string): boolean {
  const folders = createRequire(from).resolve.paths(name) ?? []
  return folders.some((folder) =>
    existsSync(
      join(
        folder,
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  )
}
