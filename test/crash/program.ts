/** The router as a process of its own, so that it can die at any instant: one life after the other on one port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/stack/ports.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Starting takes half a second; more than this is a failure. */
const READY_WITHIN_MS = 20_000

/** The last words kept of what the program prints, for failure texts. */
const KEPT_OUTPUT = 4_000

export class Program {
  readonly url: string
  /** Number of the present life, or of the last one; 0 before the first. */
  life = 0
  /** True from the kill on; nothing done after it counts as done to a running program. */
  killed = true
  readonly #env: Readonly<Record<string, string>>
  readonly #arguments: readonly string[]
  #child: ChildProcess | null = null
  #exited: Promise<void> = Promise.resolve()
  #output = ''
  /** Set when it ended without having been killed. */
  #failure: Error | null = null

  /** `preload` is a module that Node loads first, to plant a fault without touching src. */
  static async prepare(env: Readonly<Record<string, string>>, preload: string | null): Promise<Program> {
    return new Program(env, preload, await freePort())
  }

  private constructor(env: Readonly<Record<string, string>>, preload: string | null, port: number) {
    this.url = `http://127.0.0.1:${port}`
    this.#env = { ...env, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn' }
    this.#arguments = [...(preload === null ? [] : ['--import', preload]), MAIN]
  }

  /** Begins the next life; `env` holds for this life only. */
  start(env: Readonly<Record<string, string>> = {}): void {
    this.life++
    this.killed = false
    this.#output = ''
    const child = spawn(process.execPath, this.#arguments, {
      env: { ...this.#env, ...env, NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const endWithUs = () => child.kill('SIGKILL')
    process.once('exit', endWithUs)
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        process.off('exit', endWithUs)
        if (!this.killed) this.#failure = new Error(`the router ended by itself (${code ?? signal}): ${this.#output}`)
        resolve()
      })
    })
  }

  /** Resolves when it says that it is ready; rejects if it ends by itself or takes too long. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS
    while (performance.now() < deadline) {
      this.check()
      const answer = await fetch(`${this.url}/readyz`, { headers: { connection: 'close' } }).catch(() => null)
      await answer?.arrayBuffer()
      if (answer?.status === 200) return
      await delay(10)
    }
    throw new Error(`the router was not ready within ${READY_WITHIN_MS} ms: ${this.#output}`)
  }

  /** Throws what went wrong if it ended without having been killed. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** kill -9, at once. A second call does nothing. */
  kill(): void {
    if (this.killed) return
    this.killed = true
    this.#child?.kill('SIGKILL')
  }

  exited(): Promise<void> {
    return this.#exited
  }
}
