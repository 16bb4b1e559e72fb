/** How each program of the stack is called: its binary, arguments, environment, and where it says that it is ready. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Binaries } from './components.ts'
import { type Configuration, runbooks } from './configuration.ts'
import type { Listener, Ports } from './ports.ts'
import type { ProgramSettings } from './program.ts'
import type { Receivers } from './receivers.ts'

export type ProgramName = Exclude<Listener, 'drill'>
export type Command = Pick<ProgramSettings, 'binary' | 'args' | 'env' | 'readyUrl'>

interface Environs {
  readonly folder: string
  readonly speed: number
  readonly ports: Ports
  readonly binaries: Binaries
  readonly configuration: Configuration
  readonly receivers: Receivers
}

/** The memory fault fills up to this; below 384MiB the server itself is near it. */
const modelServerMemory = '384MiB'

export function commands(environs: Environs): Record<ProgramName, Command> {
  const { folder, speed, ports, binaries, configuration } = environs
  const address = (name: ProgramName) => `127.0.0.1:${ports[name]}`
  const modelServer = (name: 'model-server' | 'ml-api', model: 'iris' | 'churn'): Command => ({
    ...ours('src/model-server/main.ts', model),
    env: {
      PORT: String(ports[name]),
      FAULT_CONTROLS: 'on',
      CONTROL_TOKEN: configuration.tokens.control,
      MEMORY_LIMIT: modelServerMemory,
    },
    readyUrl: `http://${address(name)}/health`,
  })
  return {
    router: {
      ...ours('src/main.ts'),
      env: routerEnvironment(environs),
      readyUrl: `http://${address('router')}/readyz`,
    },
    'model-server': modelServer('model-server', 'iris'),
    'ml-api': modelServer('ml-api', 'churn'),
    pushgateway: {
      binary: binaries.pushgateway,
      args: [
        `--web.listen-address=${address('pushgateway')}`,
        // Debian's would else share a file with the one that the system runs.
        `--persistence.file=${join(folder, 'data', 'pushgateway')}`,
        '--log.level=warn',
      ],
      env: {},
      readyUrl: `http://${address('pushgateway')}/-/ready`,
    },
    'node-exporter': {
      binary: binaries['node-exporter'],
      args: [`--web.listen-address=${address('node-exporter')}`, '--log.level=error'],
      env: {},
      readyUrl: `http://${address('node-exporter')}/`,
    },
    alertmanager: {
      binary: binaries.alertmanager,
      args: [
        `--config.file=${configuration.alertmanager}`,
        `--storage.path=${join(folder, 'data', 'alertmanager')}`,
        `--web.listen-address=${address('alertmanager')}`,
        `--web.external-url=http://${address('alertmanager')}`,
        // One is no cluster: without this it looks for an address that others can reach.
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      env: {},
      readyUrl: `http://${address('alertmanager')}/-/ready`,
    },
    prometheus: {
      binary: binaries.prometheus,
      args: [
        `--config.file=${configuration.prometheus}`,
        `--storage.tsdb.path=${join(folder, 'data', 'prometheus')}`,
        `--web.listen-address=${address('prometheus')}`,
        // The base of runbook_url and of the links to expressions.
        `--web.external-url=http://${address('prometheus')}`,
        `--web.user-assets=${runbooks}`,
        // Alerts that fired before Alertmanager was found, 5 s after the start, are lost until they are sent again: 1m.
        ...(speed > 1 ? ['--rules.alert.resend-delay=2s'] : []),
        '--log.level=warn',
      ],
      env: {},
      readyUrl: `http://${address('prometheus')}/-/ready`,
    },
  }
}

function routerEnvironment({ folder, speed, ports, configuration, receivers }: Environs): Record<string, string> {
  const { secrets, teams, certificate } = configuration
  return {
    PORT: String(ports.router),
    PUBLIC_URL: `http://127.0.0.1:${ports.router}`,
    DATABASE_URL: `file:${join(folder, 'data', 'alert-router.db')}`,
    BALLAST: '0',
    TEAMS_DIR: teams,
    SECRETS_DIR: secrets,
    INGEST_TOKEN_FILE: join(secrets, 'ingest-token'),
    READ_TOKEN_FILE: join(secrets, 'read-token'),
    ADMIN_TOKEN_FILE: join(secrets, 'admin-token'),
    ALLOW_DESTINATIONS: [...receivers.addresses, `127.0.0.1:${ports.drill}`].join(','),
    ALERTMANAGER_URLS: `http://127.0.0.1:${ports.alertmanager}`,
    SMTP_URL: `smtp://${receivers.smtp}`,
    SMTP_FROM: 'alert-router@example.org',
    HEARTBEAT_URL: receivers.heartbeatUrl,
    // The least that the router takes.
    ...(speed > 1 && { HEARTBEAT_EVERY: '10s' }),
    NODE_EXTRA_CA_CERTS: certificate,
  }
}

/** A program of this repository, under the Node that runs us. */
function ours(file: string, ...args: string[]): Pick<Command, 'binary' | 'args'> {
  return { binary: process.execPath, args: [fileURLToPath(new URL(`../../${file}`, import.meta.url)), ...args] }
}
