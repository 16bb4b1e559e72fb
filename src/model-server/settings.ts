/** What a model server is told by its command line and environment. */
import { readFileSync } from 'node:fs'
import { type ServerName, serverNames } from './fault/faults.ts'
import { systemMemoryLimit } from './metrics/process.ts'

export interface Settings {
  readonly server: ServerName
  readonly host: string
  readonly port: number
  /** Whether there is a /control at all. */
  readonly faultControls: boolean
  readonly controlToken: string | null
  /** Bytes. */
  readonly memoryLimit: number
}

/** The environment or command line cannot be used; the message is for the operator. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SettingsError'
  }
}

const usualPorts: Readonly<Record<ServerName, number>> = { iris: 8000, churn: 5000 }

type Environment = Readonly<Record<string, string | undefined>>

/** A variable that is set to nothing counts as not set. Throws a SettingsError. */
export function readSettings(args: readonly string[], env: Environment): Settings {
  const server = serverNames.find((name) => name === args[0])
  if (server === undefined || args.length > 1) {
    throw new SettingsError(`Name the server to start: npm run model-server -- ${serverNames.join('|')}`)
  }
  return {
    server,
    host: env.HOST || '127.0.0.1',
    port: env.PORT ? readPort(env.PORT) : usualPorts[server],
    faultControls: readSwitch('FAULT_CONTROLS', env.FAULT_CONTROLS),
    controlToken: readControlToken(env),
    memoryLimit: env.MEMORY_LIMIT ? readBytes(env.MEMORY_LIMIT) : systemMemoryLimit(),
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new SettingsError('PORT: write a number from 1 to 65535, or 0 for any free port.')
}

function readSwitch(name: string, text = 'off'): boolean {
  if (text === 'on') return true
  if (text === 'off' || text === '') return false
  throw new SettingsError(`${name}: write on or off.`)
}

/** From CONTROL_TOKEN, or from the file that CONTROL_TOKEN_FILE names. */
function readControlToken({ CONTROL_TOKEN: given, CONTROL_TOKEN_FILE: file }: Environment): string | null {
  if (!file) return given || null
  if (given) throw new SettingsError('CONTROL_TOKEN: is set, and CONTROL_TOKEN_FILE as well; keep one of them.')
  const token = readTokenFile(file)
  if (token === '') throw new SettingsError(`CONTROL_TOKEN_FILE: ${file} is empty; write the token into it.`)
  return token
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingsError(`CONTROL_TOKEN_FILE: ${file} cannot be read (${code}); name a file that holds the token.`)
  }
}

/** `256MiB`, `1GiB`, or bytes. */
function readBytes(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,15})(MiB|GiB)?$/.exec(text) ?? []
  const bytes = Number(count) * (unit === '' ? 1 : unit === 'MiB' ? 1024 ** 2 : 1024 ** 3)
  if (Number.isSafeInteger(bytes)) return bytes
  throw new SettingsError('MEMORY_LIMIT: write a size such as 256MiB, 1GiB, or a number of bytes.')
}
