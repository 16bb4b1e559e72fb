/** Starts, kills and stops the two servers that are compared, each in a child process with a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findComponent } from '../src/stack/components.ts'
import { freePort } from '../src/stack/ports.ts'
import type { Form } from './payload.ts'
import { type Timing, writeAlertmanagerConfig, writeTeamDocuments } from './teams.ts'

/** How to start one kind of server. */
export interface Kind {
  readonly name: 'alert-router' | 'Alertmanager'
  readonly form: Form
  readonly readyPath: string
  /** Writes the routing tree into `folder` and says which command serves it on `port`. */
  prepare(folder: string, port: number, sinkPort: number, timing: Timing): Command
}

interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** `nodeArgs` go before the entry file, as for a profile. */
export function alertRouter(entry: string, nodeArgs: readonly string[] = []): Kind {
  return {
    name: 'alert-router',
    form: 'webhook',
    readyPath: '/readyz',
    prepare: (folder, port, sinkPort, timing) => {
      const teams = join(folder, 'teams')
      writeTeamDocuments(teams, sinkPort, timing)
      const env = {
        PORT: String(port),
        HOST: '127.0.0.1',
        DATABASE_URL: `file:${join(folder, 'bench.db')}`,
        BALLAST: '0',
        TEAMS_DIR: teams,
        ALLOW_DESTINATIONS: `127.0.0.1:${sinkPort}`,
        LOG_LEVEL: 'warn',
      }
      return { file: process.execPath, args: [...nodeArgs, entry], env }
    },
  }
}

/** Alertmanager from ALERTMANAGER_BIN or PATH; null when there is none. */
export function findAlertmanager(): (Kind & { readonly version: string }) | null {
  const file = findComponent(process.env, 'alertmanager')
  if (file === null) return null
  const version =
    /version (\S+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'of unknown version'
  return {
    name: 'Alertmanager',
    form: 'api',
    readyPath: '/-/ready',
    version,
    prepare: (folder, port, sinkPort, timing) => {
      const config = join(folder, 'alertmanager.yml')
      writeAlertmanagerConfig(config, sinkPort, timing)
      const args = [`--config.file=${config}`, `--storage.path=${join(folder, 'data')}`, '--log.level=error']
      return { file, args: [...args, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='], env: {} }
    },
  }
}

/** A server with its folder and port, which outlive its process: it can be killed and started again. */
export class Server {
  readonly kind: Kind
  readonly port: number
  readonly #command: Command
  readonly #log: string
  #process: ChildProcess | null = null

  private constructor(kind: Kind, port: number, command: Command, folder: string) {
    this.kind = kind
    this.port = port
    this.#command = command
    this.#log = join(folder, 'output.log')
  }

  /** A fresh one, ready. */
  static async start(kind: Kind, folder: string, sinkPort: number, timing: Timing): Promise<Server> {
    mkdirSync(folder, { recursive: true })
    const port = await freePort()
    const server = new Server(kind, port, kind.prepare(folder, port, sinkPort, timing), folder)
    await server.run()
    return server
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** Starts the process and resolves with the seconds until it says it is ready. */
  async run(): Promise<number> {
    const began = performance.now()
    const log = openSync(this.#log, 'a')
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...this.#command.env }
    const child = spawn(this.#command.file, this.#command.args, { env, stdio: ['ignore', log, log] })
    this.#process = child
    running.add(child)
    child.once('exit', () => running.delete(child))
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || child.signalCode !== null) throw this.#trouble('ended before it was ready')
      if (performance.now() - began > 30_000) throw this.#trouble('was not ready after 30 s')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return (performance.now() - began) / 1000
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Asks it to end; a server that has not ended after 10 s is killed. */
  async stop(): Promise<void> {
    const impatience = setTimeout(() => this.#process?.kill('SIGKILL'), 10_000)
    await this.#end('SIGTERM')
    clearTimeout(impatience)
  }

  /** The first line it wrote and how many there are, since quiet is what is expected; null when it was quiet. */
  complaint(): string | null {
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n')
    return lines[0] ? `${this.kind.name} wrote ${lines.length} lines, the first: ${lines[0].slice(0, 300)}` : null
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}${this.kind.readyPath}`)
      await answer.arrayBuffer()
      return answer.status === 200
    } catch {
      return false
    }
  }

  #trouble(what: string): Error {
    const tail = readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
    return new Error(`${this.kind.name} ${what}; the end of its output:\n${tail || '(nothing)'}`)
  }
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
