/** What every step is given: the servers to compare, the loader, the sink, and how much to measure. */
import { join } from 'node:path'
import { Child } from './child.ts'
import type { Loaded, PaceCommand, Paced } from './loader.ts'
import type { Batch } from './payload.ts'
import { type Kind, Server } from './servers.ts'
import type { Arrival, SinkCommand } from './sink.ts'
import type { Timing } from './teams.ts'

export interface Settings {
  readonly runs: number
  /** Of each measurement. */
  readonly seconds: number
  /** Active alerts of the restart. */
  readonly restartAlerts: number
  /** Of the past that is searched, and how often each kind of query is asked. */
  readonly episodes: number
  readonly queries: number
}

const connections = 32

export class Bench {
  readonly settings: Settings
  readonly router: Kind
  readonly alertmanager: Kind | null
  readonly sinkPort: number
  readonly #folder: string
  readonly #loader: Child
  readonly #sink: Child
  readonly #began = performance.now()
  #servers = 0

  private constructor(
    settings: Settings,
    kinds: { router: Kind; alertmanager: Kind | null },
    folder: string,
    loader: Child,
    sink: Child,
    sinkPort: number,
  ) {
    this.settings = settings
    this.router = kinds.router
    this.alertmanager = kinds.alertmanager
    this.sinkPort = sinkPort
    this.#folder = folder
    this.#loader = loader
    this.#sink = sink
  }

  static async open(
    settings: Settings,
    kinds: { router: Kind; alertmanager: Kind | null },
    folder: string,
  ): Promise<Bench> {
    const loader = new Child(new URL('./loader.ts', import.meta.url))
    const sink = new Child(new URL('./sink.ts', import.meta.url))
    const port = await sink.ask<number>({ do: 'listen' })
    return new Bench(settings, kinds, folder, loader, sink, port)
  }

  close(): void {
    this.#loader.end()
    this.#sink.end()
  }

  /** Alertmanager first where there is one. */
  get kinds(): Kind[] {
    return this.alertmanager === null ? [this.router] : [this.alertmanager, this.router]
  }

  /** One line with the seconds since the bench began, on stderr, so that stdout is the tables alone. */
  progress(line: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1)
    process.stderr.write(`[${seconds.padStart(6)} s] ${line}\n`)
  }

  /** Runs `work` against a fresh server with an empty sink. `prepare` may put something into its folder before it starts. */
  async withServer<Result>(
    kind: Kind,
    timing: Timing,
    work: (server: Server) => Promise<Result>,
    prepare: (folder: string) => Promise<void> = async () => {},
  ): Promise<Result> {
    const folder = join(this.#folder, String(++this.#servers))
    await prepare(folder)
    const server = await Server.start(kind, folder, this.sinkPort, timing)
    try {
      await this.ask('reset')
      return await work(server)
    } finally {
      await server.stop()
      const complaint = server.complaint()
      if (complaint !== null) this.progress(complaint)
    }
  }

  load(server: Server, batch: Load): Promise<Loaded> {
    const { form } = server.kind
    return this.#loader.ask({ do: 'load', connections, form, port: server.port, pid: server.pid, ...batch })
  }

  pace(server: Server, batch: Omit<PaceCommand, 'do' | 'connections' | 'form' | 'port'>): Promise<Paced> {
    return this.#loader.ask({ do: 'pace', connections, form: server.kind.form, port: server.port, ...batch })
  }

  ask<Answer>(what: SinkCommand['do']): Promise<Answer> {
    return this.#sink.ask({ do: what })
  }

  /** What has reached the sink since its reset, once `quietMs` have gone by without another. */
  async arrivals(quietMs: number): Promise<Arrival[]> {
    let count = await this.ask<number>('count')
    for (let quietSince = performance.now(); performance.now() - quietSince < quietMs; ) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const now = await this.ask<number>('count')
      if (now !== count) quietSince = performance.now()
      count = now
    }
    return this.ask('report')
  }
}

interface Load extends Omit<Batch, 'form' | 'port'> {
  readonly seconds: number
  readonly cycle: boolean
}
