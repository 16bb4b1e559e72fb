/** Checks that our own programs read each variable they are given, and can work with all of them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { readSettings } from '../../src/model-server/settings.ts'
import { readRunning } from '../../src/stack/read-running.ts'
import { imageEnvironment } from './dockerfile.ts'
import { isOurs, programOf, type Service, type System } from './system.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Read by Node and by SQLite, not by us. */
const ofOthers = ['NODE_ENV', 'SQLITE_TMPDIR']

/** `folder` takes the files that stand for secrets. What is wrong, a sentence each. */
export function environmentProblems(system: System, folder: string): readonly string[] {
  const image = imageEnvironment(system.read('Dockerfile'))
  return Object.entries(system.compose.services)
    .filter(([, service]) => isOurs(service))
    .flatMap(([name, service]) => problemsOf(system, service, image, folder).map((problem) => `${name}: ${problem}`))
}

function problemsOf(system: System, service: Service, image: Environment, folder: string): string[] {
  const given = service.environment ?? {}
  const read = new Set(ofOthers)
  try {
    const env = withFiles({ ...image, ...given }, folder)
    readerOf(system, service)(noting(env, read))
  } catch (error) {
    return [(error as Error).message]
  }
  return Object.keys(given)
    .filter((name) => !read.has(name))
    .map((name) => `${name} is read by nobody`)
}

/** The same environment, which adds to `read` what it is asked for. */
function noting(env: Environment, read: Set<string>): Environment {
  return new Proxy(env, {
    get: (target, name: string) => {
      read.add(name)
      return target[name]
    },
  })
}

/** The function by which the program reads its environment. */
function readerOf(system: System, service: Service): (env: Environment) => void {
  const [program = '', ...args] = programOf(service)
  if (!system.exists(program)) return () => raise(`${program} does not exist`)
  switch (program) {
    case 'src/main.ts':
      return readConfig
    case 'src/model-server/main.ts':
      return (env) => readSettings(args, env)
    case 'src/model-server/training/main.ts':
      return (env) => {
        for (const [, name = ''] of system.read(program).matchAll(/process\.env\.(\w+)/g)) env[name]
      }
    default:
      return readRunning
  }
}

function raise(message: string): never {
  throw new Error(message)
}

/** Every `…_FILE` leads to a file that holds a good token; variables of the operator's shell are not set. */
function withFiles(env: Environment, folder: string): Environment {
  return Object.fromEntries(
    Object.entries(env).map(([name, value = '']) => {
      if (!name.endsWith('_FILE')) return [name, value.replace(/\$\{\w+:-(.*?)\}/g, '$1')]
      const file = join(folder, name)
      writeFileSync(file, `0123456789abcdef-${name}`)
      return [name, file]
    }),
  )
}
