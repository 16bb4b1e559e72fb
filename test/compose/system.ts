/** What `docker compose up` would work with: compose.yml and the files of the repository, any of them changed for a test. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type Condition = { readonly condition: string }
interface Mounted {
  readonly source: string
  readonly target: string
}

/** As compose.yml uses the specification: one form of each key. */
export interface Service {
  readonly image: string
  readonly build?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly secrets?: readonly Mounted[]
  readonly ports?: readonly string[]
  readonly networks?: readonly string[]
  /** `service:NAME`: that service's interfaces, loopback too. */
  readonly network_mode?: string
  readonly depends_on?: Readonly<Record<string, Condition>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly profiles?: readonly string[]
  readonly restart?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly pids_limit?: number
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly networks: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

export interface System {
  readonly compose: Compose
  /** Paths are relative to the repository. */
  read(path: string): string
  exists(path: string): boolean
  /** The file itself, or every file below the folder. */
  files(path: string): readonly string[]
}

/** `changed`: what files say instead, by path. */
export function readSystem(changed: Readonly<Record<string, string>> = {}): System {
  const read = (path: string) => changed[path] ?? readFileSync(join(ROOT, path), 'utf8')
  return {
    compose: parse(read('compose.yml'), { merge: true }),
    read,
    exists: (path) => existsSync(join(ROOT, path)),
    files: (path) => {
      if (!statSync(join(ROOT, path)).isDirectory()) return [normalize(path)]
      const found = readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(ROOT.length))
    },
  }
}

/** Of the Dockerfile's services, by what runs in them: the router, a model server, a command. */
export function isOurs({ image }: Service): boolean {
  return image.startsWith('alert-router:')
}

/** What a service runs: entrypoint and command, without the `node` that the image begins with. */
export function programOf({ entrypoint = [], command = [] }: Service): readonly string[] {
  const words = [...entrypoint, ...command].filter((word) => word !== 'node')
  return words.length === 0 ? ['src/main.ts'] : words
}

/** Whose interfaces a service has: its own, or those of another one. */
export function hostOf(name: string, { network_mode: mode }: Service): string {
  return mode?.startsWith('service:') === true ? mode.slice('service:'.length) : name
}

/** `./teams:/etc/teams:ro` and so on; named volumes have no path in the repository. */
export function mountsOf({ volumes = [] }: Service) {
  return volumes.map((text) => {
    const [source = '', target = '', mode = 'rw'] = text.split(':')
    return { source, target, mode, path: source.startsWith('./') ? normalize(source) : null }
  })
}

/** Where in the repository a path of the container lies; null if it is no mounted one. */
export function inRepository(service: Service, inside: string): string | null {
  for (const { path, target } of mountsOf(service)) {
    if (path === null) continue
    if (inside === target || inside.startsWith(`${target}/`)) return path + inside.slice(target.length)
  }
  return null
}

/** Lies in a mounted folder, but no service reads it. */
const forComparison = 'alertmanager/direct.yml'

/** Every text that configures a service: its environment, its arguments, and each value of the files mounted into it. */
export function textsOf(system: System, service: Service): readonly { readonly from: string; readonly text: string }[] {
  const { environment = {}, entrypoint = [], command = [] } = service
  const own = [...Object.values(environment), ...entrypoint, ...command].map((text) => ({ from: 'compose.yml', text }))
  const mounted = mountsOf(service)
    .flatMap(({ path }) => (path === null || !system.exists(path) ? [] : system.files(path)))
    .filter((file) => file !== forComparison)
    .flatMap((file) => valuesIn(system, file).map((text) => ({ from: file, text })))
  return [...own, ...mounted]
}

const parsed = new Map<string, readonly string[]>()

/** Comments are not configuration. */
function valuesIn(system: System, file: string): readonly string[] {
  if (/\.ya?ml$/.test(file)) {
    const text = system.read(file)
    const values = parsed.get(text) ?? strings(parse(text))
    parsed.set(text, values)
    return values
  }
  if (file.endsWith('.conf'))
    return system
      .read(file)
      .split('\n')
      .filter((line) => !/^\s*#/.test(line))
  return []
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}
