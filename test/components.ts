/** Real programs that some tests compare us with: where they are, and what happens to such a test when they are absent. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, it } from 'vitest'
import { findProgram } from '../src/stack/find-program.ts'

interface Program {
  /** Environment variable that holds the path of the binary. */
  readonly env: string
  /** Names to look for on PATH. */
  readonly binaries: readonly string[]
  readonly install: string
}

/** What is read and not run. */
interface ReadFile {
  readonly env: string
  /** Where its package puts it. */
  readonly file: string
  readonly install: string
}

const components = {
  prometheus: { env: 'PROMETHEUS_BIN', binaries: ['prometheus'], install: 'apt-get install prometheus' },
  promtool: { env: 'PROMTOOL_BIN', binaries: ['promtool'], install: 'apt-get install prometheus' },
  'prometheus-alertmanager': {
    env: 'ALERTMANAGER_BIN',
    binaries: ['prometheus-alertmanager', 'alertmanager'],
    install: 'apt-get install prometheus-alertmanager',
  },
  amtool: { env: 'AMTOOL_BIN', binaries: ['amtool'], install: 'apt-get install prometheus-alertmanager' },
  'node-exporter': {
    env: 'NODE_EXPORTER_BIN',
    binaries: ['prometheus-node-exporter', 'node_exporter'],
    install: 'apt-get install prometheus-node-exporter',
  },
  pushgateway: {
    env: 'PUSHGATEWAY_BIN',
    binaries: ['prometheus-pushgateway', 'pushgateway'],
    install: 'apt-get install prometheus-pushgateway',
  },
  /** No program: the JSON schema of compose files. */
  'compose-schema': {
    env: 'COMPOSE_SCHEMA',
    file: '/usr/lib/python3/dist-packages/compose/config/compose_spec.json',
    install: 'apt-get install docker-compose',
  },
  cc: { env: 'CC', binaries: ['cc', 'gcc', 'clang'], install: 'apt-get install gcc' },
} as const satisfies Record<string, Program | ReadFile>

export type ComponentName = keyof typeof components

/** The path of the program or file, from its environment variable or where it usually is; null if it is nowhere. */
function findComponent(name: ComponentName): string | null {
  const component: Program | ReadFile = components[name]
  if ('binaries' in component) return findProgram(process.env, component.env, component.binaries)
  const given = process.env[component.env]
  if (given && !existsSync(given)) throw new Error(`${component.env}=${given} is not there.`)
  const file = given || component.file
  return existsSync(file) ? file : null
}

/**
 * A `describe` for tests that need components; `body` gets their paths, in the order of `names`. Skipped with one line on
 * stderr where one is absent, failed if CI=true.
 */
export function describeWith(
  names: ComponentName | readonly ComponentName[],
  title: string,
  body: (...paths: string[]) => void,
): void {
  const found = [names].flat().map((name) => ({ name, path: findComponent(name) }))
  const absent = found.filter(({ path }) => path === null)
  const hints = absent.map(({ name }) => {
    const { env, install } = components[name]
    return `${name} not found: ${install}, or set ${env} to its path`
  })
  if (hints.length > 0) cannotRun(title, hints.join('; '))
  else describe(title, () => body(...found.map(({ path }) => path ?? '')))
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
