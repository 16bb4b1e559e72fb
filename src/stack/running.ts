/** What runs, and where: written by `npm run stack`, read by trigger, traffic and health-report. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

/** Addresses have no trailing slash. */
export interface Running {
  readonly urls: {
    readonly router: string
    readonly modelServer: string
    readonly mlApi: string
    readonly prometheus: string
    readonly alertmanager: string
    readonly pushgateway: string
    readonly nodeExporter: string
    /** Where the router sends the alerts of team drill: nobody listens there but `npm run trigger`, while it runs. */
    readonly drill: string
  }
  readonly tokens: {
    readonly ingest: string | null
    readonly read: string | null
    readonly admin: string | null
    readonly control: string | null
  }
  /** Process ids by program name, such as `model-server`; without those that run elsewhere (compose). */
  readonly pids: Readonly<Record<string, number>>
  /** By how much the rules' durations are divided; 1 is as shipped. */
  readonly speed: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** What is asked is not there, or cannot be read; the message is for the operator. */
export class NotRunningError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NotRunningError'
  }
}

const usual: Readonly<Record<keyof Running['urls'], { readonly env: string; readonly port: number }>> = {
  router: { env: 'ROUTER_URL', port: 8080 },
  modelServer: { env: 'MODEL_SERVER_URL', port: 8000 },
  mlApi: { env: 'ML_API_URL', port: 5000 },
  prometheus: { env: 'PROMETHEUS_URL', port: 9090 },
  alertmanager: { env: 'ALERTMANAGER_URL', port: 9093 },
  pushgateway: { env: 'PUSHGATEWAY_URL', port: 9091 },
  nodeExporter: { env: 'NODE_EXPORTER_URL', port: 9100 },
  drill: { env: 'DRILL_URL', port: 9099 },
}

const tokens: Readonly<Record<keyof Running['tokens'], { readonly env: string; readonly file: string }>> = {
  ingest: { env: 'INGEST_TOKEN', file: 'ingest-token' },
  read: { env: 'READ_TOKEN', file: 'read-token' },
  admin: { env: 'ADMIN_TOKEN', file: 'admin-token' },
  control: { env: 'CONTROL_TOKEN', file: 'control-token' },
}

/** Where `npm run stack` writes unless STACK_FILE says otherwise. */
const usualFile = 'data/stack.json'
const answerWithinMs = 2_000
/** Where compose.yml has its secrets. */
const usualSecrets = 'secrets'

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const token = z.string().min(1).nullable()
const schema: z.ZodType<Running> = z.object({
  urls: z.object({
    router: url,
    modelServer: url,
    mlApi: url,
    prometheus: url,
    alertmanager: url,
    pushgateway: url,
    nodeExporter: url,
    drill: url,
  }),
  tokens: z.object({ ingest: token, read: token, admin: token, control: token }),
  pids: z.record(z.string(), z.int().positive()),
  speed: z.number().min(1),
})

/** Where the running stack is described. */
export function stackFile(env: Environment): string {
  return env.STACK_FILE || usualFile
}

/**
 * What STACK_FILE (`data/stack.json`) says if it is there; else the usual ports of this machine and the tokens in
 * `secrets/`, as compose.yml has them. ROUTER_URL, MODEL_SERVER_URL, ML_API_URL, PROMETHEUS_URL, ALERTMANAGER_URL,
 * PUSHGATEWAY_URL, NODE_EXPORTER_URL, DRILL_URL and INGEST_TOKEN, READ_TOKEN, ADMIN_TOKEN, CONTROL_TOKEN (also as
 * `…_FILE`) override what they name; a variable that is set to nothing counts as not set. Throws a NotRunningError.
 */
export function readRunning(env: Environment): Running {
  const written = readWritten(env)
  const urls = mapValues(usual, ({ env: name, port }, key) => {
    const given = env[name]
    if (!given) return written?.urls[key] ?? `http://127.0.0.1:${port}`
    const read = url.safeParse(given)
    if (read.success) return read.data
    throw new NotRunningError(`${name}: ${JSON.stringify(given)} is no http or https address.`)
  })
  const secrets = mapValues(tokens, ({ env: name, file }, key) => {
    return givenToken(env, name) ?? (written === null ? secretOf(file) : written.tokens[key])
  })
  return { urls, tokens: secrets, pids: written?.pids ?? {}, speed: written?.speed ?? 1 }
}

/** Only the user who started the stack may read it: it holds tokens. */
export async function writeRunning(path: string, running: Running): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  // An old file would keep its mode.
  await rm(path, { force: true })
  await writeFile(path, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

/**
 * Process ids of a stack that `path` describes and that has not ended: its router answers. None if there is no such file, or
 * if it is of long ago, when ids may be those of other programs by now.
 */
export async function leftRunning(path: string): Promise<number[]> {
  if (!existsSync(path)) return []
  const { pids, urls } = readFile(path)
  const left = Object.values(pids).filter(isAlive)
  const answers = await fetch(`${urls.router}/healthz`, { signal: AbortSignal.timeout(answerWithinMs) }).then(
    (response) => response.ok,
    () => false,
  )
  return answers ? left : []
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Null if there is none and none was asked for. */
function readWritten(env: Environment): Running | null {
  const path = stackFile(env)
  if (existsSync(path)) return readFile(path)
  if (!env.STACK_FILE) return null
  throw new NotRunningError(`STACK_FILE: ${path} is not there. Start the stack with npm run stack, or unset it.`)
}

function readFile(path: string): Running {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new NotRunningError(`${path} does not describe a running stack. Start npm run stack again, or delete it.`, {
      cause,
    })
  }
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
