/** The programs that are not ours: where they are on this machine, and what to do where they are not. */
import { type Environment, findProgram } from './find-program.ts'

/** `names`: in Debian and upstream. `install`: Debian's package. */
const components = {
  prometheus: { variable: 'PROMETHEUS_BIN', names: ['prometheus'], install: 'prometheus' },
  alertmanager: {
    variable: 'ALERTMANAGER_BIN',
    names: ['prometheus-alertmanager', 'alertmanager'],
    install: 'prometheus-alertmanager',
  },
  'node-exporter': {
    variable: 'NODE_EXPORTER_BIN',
    names: ['prometheus-node-exporter', 'node_exporter'],
    install: 'prometheus-node-exporter',
  },
  pushgateway: {
    variable: 'PUSHGATEWAY_BIN',
    names: ['prometheus-pushgateway', 'pushgateway'],
    install: 'prometheus-pushgateway',
  },
} as const

type ComponentName = keyof typeof components
export type Binaries = Readonly<Record<ComponentName, string>>

/** Not everything is installed; the message says what is not, how to get it, and what works without. */
export class MissingProgramsError extends Error {
  constructor(missing: readonly ComponentName[]) {
    const [packages, variables] = [
      missing.map((name) => components[name].install).join(' '),
      missing.map((name) => components[name].variable).join(', '),
    ]
    super(
      [
        `The stack needs programs that are not on the PATH: ${missing.join(', ')}.`,
        `  Debian, Ubuntu   apt-get install --no-install-recommends ${packages}`,
        `  elsewhere        from https://prometheus.io/download/, on the PATH or named by ${variables}`,
        'Without them: docker compose up brings everything along; npm run demo shows the router by itself;',
        'npm run model-server -- iris serves a model with its metrics.',
      ].join('\n'),
    )
    this.name = 'MissingProgramsError'
  }
}

/** Null if it is not installed. */
export function findComponent(env: Environment, name: ComponentName): string | null {
  const { variable, names } = components[name]
  return findProgram(env, variable, names)
}

/** Throws a MissingProgramsError. */
export function findComponents(env: Environment): Binaries {
  const names = Object.keys(components) as ComponentName[]
  const found = names.map((name) => [name, findComponent(env, name)] as const)
  const missing = found.filter(([, path]) => path === null).map(([name]) => name)
  if (missing.length > 0) throw new MissingProgramsError(missing)
  return Object.fromEntries(found) as Binaries
}
