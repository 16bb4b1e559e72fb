/** What a command of `npm run cli` is: one file each, listed in main.ts. */
import type { Config, Environment } from '../config.ts'

export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints: arguments, options, an example. */
  readonly usage: string
  /** Returns the exit status: 0 done, 1 failed, 2 used wrongly. Errors that are thrown are printed as one sentence. */
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number>
}

export interface CommandContext {
  readonly config: Config
  readonly env: Environment
  /** What the command answers; progress and complaints go to `complain`. */
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
}
