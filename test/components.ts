/** Real programs that some tests compare us with: where they are, and what happens to such a test when they are absent. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

interface Component {
  /** Environment variable that holds the path of the binary. */
  readonly env: string
  /** Names to look for on PATH. */
  readonly binaries: readonly string[]
  readonly install: string
}

const components = {
  amtool: { env: 'AMTOOL_BIN', binaries: ['amtool'], install: 'apt-get install prometheus-alertmanager' },
  'prometheus-alertmanager': {
    env: 'ALERTMANAGER_BIN',
    binaries: ['prometheus-alertmanager', 'alertmanager'],
    install: 'apt-get install prometheus-alertmanager',
  },
  cc: { env: 'CC', binaries: ['cc', 'gcc', 'clang'], install: 'apt-get install gcc' },
} as const satisfies Record<string, Component>

export type ComponentName = keyof typeof components

/** The path of the binary, from its environment variable or PATH; null if it is nowhere. */
function findComponent(name: ComponentName): string | null {
  const { env, binaries } = components[name]
  const given = process.env[env]
  if (given) {
    if (isExecutable(given)) return given
    throw new Error(`${env}=${given} is not an executable file.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const paths = binaries.flatMap((binary) => folders.map((folder) => join(folder, binary)))
  return paths.find(isExecutable) ?? null
}

/** A `describe` for tests that need a component: skipped with one line on stderr without it, failed if CI=true. */
export function describeWith(name: ComponentName, title: string, body: (binary: string) => void): void {
  const binary = findComponent(name)
  if (binary !== null) {
    describe(title, () => body(binary))
    return
  }
  const { env, install } = components[name]
  cannotRun(title, `${name} not found: ${install}, or set ${env} to its path`)
}

/**
 * A `describe` for tests on a disk of their own: `inMount` is the beginning of a command line that mounts a tmpfs of that
 * size on a folder, which only the rest of the command line sees.
 */
export function describeWithMounts(
  title: string,
  body: (inMount: (folder: string, size: string) => readonly string[]) => void,
): void {
  const inMount = (folder: string, size: string) => [
    ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
    ...[`mount -t tmpfs -o size=${size} none "$0" && exec "$@"`, folder],
  ]
  const [command = '', ...args] = [...inMount('/mnt', '1m'), 'true']
  if (spawnSync(command, args).status === 0) describe(title, () => body(inMount))
  else cannotRun(title, 'a file system cannot be mounted: run it as root, or where user namespaces are allowed')
}

function cannotRun(title: string, hint: string): void {
  if (process.env.CI === 'true') {
    it(title, () => {
      throw new Error(hint)
    })
  } else {
    console.warn(`Skipped "${title}": ${hint}`)
    it.skip(`${title} (${hint})`, () => {})
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
