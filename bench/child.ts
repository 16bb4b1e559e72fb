/** Child processes of the bench that answer one command at a time, so that measuring has its own event loop. */
import { type ChildProcess, fork } from 'node:child_process'

/** One of our own child processes: `ask` sends a command and resolves with its answer. */
export class Child {
  readonly #process: ChildProcess
  readonly #name: string

  constructor(module: URL) {
    this.#name = module.pathname
    this.#process = fork(module, { serialization: 'advanced', stdio: 'inherit' })
    this.#process.setMaxListeners(0)
  }

  ask<Answer>(command: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`${this.#name} ended without an answer`))
      this.#process.once('exit', gone)
      this.#process.once('message', (answer) => {
        this.#process.off('exit', gone)
        resolve(answer as Answer)
      })
      this.#process.send(command as object)
    })
  }

  end(): void {
    this.#process.disconnect()
  }
}

/** The child's side: answers every command of the parent and ends with it. */
export function answerCommands<Command>(answer: (command: Command) => Promise<unknown>): void {
  process.on('message', async (command) => process.send?.((await answer(command as Command)) ?? null))
  process.on('disconnect', () => process.exit())
}

/** Milliseconds on the machine's monotonic clock: the same in every process, so that their times can be compared. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
