/** Reads what a person typed after the name of a command. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The command line cannot be used; the message is for the person who typed it. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}

/** As parseArgs. Throws a UsageError. */
export function readCommandLine<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (cause) {
    // What follows the first sentence is about arguments that begin with a dash: nobody has such.
    const [sentence = ''] = (cause as Error).message.split(/\.\s/)
    throw new UsageError(`${sentence}. --help lists the options.`, { cause })
  }
}
