/** Where a command finds what runs: as the stack wrote it, or as compose.yml has it, or as the environment says. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { usualPorts } from './ports.ts'
import { httpUrl, NotRunningError, type Running, readDescription, stackFile, urlsOf } from './running.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The environment variables that say where each is. */
export const urlVariables: Readonly<Record<keyof Running['urls'], string>> = {
  router: 'ROUTER_URL',
  modelServer: 'MODEL_SERVER_URL',
  mlApi: 'ML_API_URL',
  prometheus: 'PROMETHEUS_URL',
  alertmanager: 'ALERTMANAGER_URL',
  pushgateway: 'PUSHGATEWAY_URL',
  nodeExporter: 'NODE_EXPORTER_URL',
  drill: 'DRILL_URL',
}

const tokens: Readonly<Record<keyof Running['tokens'], { readonly env: string; readonly file: string }>> = {
  ingest: { env: 'INGEST_TOKEN', file: 'ingest-token' },
  read: { env: 'READ_TOKEN', file: 'read-token' },
  admin: { env: 'ADMIN_TOKEN', file: 'admin-token' },
  control: { env: 'CONTROL_TOKEN', file: 'control-token' },
}

/** Where compose.yml has its secrets. */
const usualSecrets = 'secrets'

/**
 * What STACK_FILE (`data/stack.json`) says if it is there; else the usual ports of this machine and the tokens in
 * `secrets/`, as compose.yml has them. ROUTER_URL, MODEL_SERVER_URL, ML_API_URL, PROMETHEUS_URL, ALERTMANAGER_URL,
 * PUSHGATEWAY_URL, NODE_EXPORTER_URL, DRILL_URL and INGEST_TOKEN, READ_TOKEN, ADMIN_TOKEN, CONTROL_TOKEN (also as
 * `…_FILE`) override what they name; a variable that is set to nothing counts as not set. Throws a NotRunningError.
 */
export function readRunning(env: Environment): Running {
  const written = readWritten(env)
  const urls = mapValues(written?.urls ?? urlsOf(usualPorts), (found, key) => {
    const name = urlVariables[key]
    const given = env[name]
    if (!given) return found
    const read = httpUrl.safeParse(given)
    if (read.success) return read.data
    throw new NotRunningError(`${name}: ${JSON.stringify(given)} is no http or https address.`)
  })
  const secrets = mapValues(tokens, ({ env: name, file }, key) => {
    return givenToken(env, name) ?? (written === null ? secretOf(file) : written.tokens[key])
  })
  return { urls, tokens: secrets, pids: written?.pids ?? {}, speed: written?.speed ?? 1 }
}

/** Null if there is none and none was asked for. */
function readWritten(env: Environment): Running | null {
  const path = stackFile(env)
  if (existsSync(path)) return readDescription(path)
  if (!env.STACK_FILE) return null
  throw new NotRunningError(`STACK_FILE: ${path} is not there. Start the stack with npm run stack, or unset it.`)
}

function givenToken(env: Environment, name: string): string | null {
  const [given, file] = [env[name], env[`${name}_FILE`]]
  if (given && file) throw new NotRunningError(`${name}: is set, and ${name}_FILE as well; keep one of them.`)
  if (!file) return given || null
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (cause) {
    throw new NotRunningError(`${name}_FILE: ${file} cannot be read.`, { cause })
  }
}

function secretOf(file: string): string | null {
  const path = join(usualSecrets, file)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() || null : null
}

function mapValues<Key extends string, Value, Made>(
  record: Readonly<Record<Key, Value>>,
  make: (value: Value, key: Key) => Made,
): Record<Key, Made> {
  const entries = Object.entries(record) as [Key, Value][]
  return Object.fromEntries(entries.map(([key, value]) => [key, make(value, key)])) as Record<Key, Made>
}
