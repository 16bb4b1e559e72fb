/** What `npm run traffic` is told by its command line. */
import { parseArgs } from 'node:util'
import { usualTraffic } from './traffic.ts'

export interface Settings {
  /** Requests per second to each server. */
  readonly rate: number
  readonly feedback: number
  /** Null: until Ctrl-C. */
  readonly seconds: number | null
}

export const help = `Sends predictions to both model servers, and the true labels afterwards.

  npm run traffic [-- --rate 20] [--duration 10m] [--feedback 0.5]

  --rate       requests per second to each server (${usualTraffic.rate}; up to 500)
  --duration   such as 30s, 10m or 1h; without it, until Ctrl-C
  --feedback   share of the predictions whose true label is sent (${usualTraffic.feedback})

MODEL_SERVER_URL and ML_API_URL say where the servers are, if not where npm run stack has them
or on 127.0.0.1:8000 and :5000.`

/** The command line cannot be used; the message is for the person who typed it. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}

/** Null: help is asked for. Throws a UsageError. */
export function readSettings(args: readonly string[]): Settings | null {
  const { rate, duration, feedback, help: asked } = readOptions(args)
  if (asked === true) return null
  return {
    rate: rate === undefined ? usualTraffic.rate : readNumber('--rate', rate, 0.1, 500),
    feedback: feedback === undefined ? usualTraffic.feedback : readNumber('--feedback', feedback, 0, 1),
    seconds: duration === undefined ? null : readDuration(duration),
  }
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: { rate: text, duration: text, feedback: text, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}. --help lists the options.`, { cause })
  }
}

function readNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= least && number <= most) return number
  throw new UsageError(`${option}: write a number from ${least} to ${most}.`)
}

function readDuration(text: string): number {
  const [, count, unit = 's'] = /^([1-9]\d{0,6})(s|m|h)?$/.exec(text) ?? []
  if (count === undefined) throw new UsageError('--duration: write a time such as 30s, 10m or 1h.')
  return Number(count) * { s: 1, m: 60, h: 3_600 }[unit as 's' | 'm' | 'h']
}
