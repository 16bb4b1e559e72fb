/** What `npm run traffic` is told by its command line. */
import { readCommandLine, UsageError } from '../terminal/command-line.ts'
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

/** A timer of Node's for longer than 2^31 ms ends at once. */
const LONGEST_SECONDS = 24 * 86_400

/** Null: help is asked for. Throws a UsageError. */
export function readSettings(args: readonly string[]): Settings | null {
  const text = { type: 'string' } as const
  const options = { rate: text, duration: text, feedback: text, help: { type: 'boolean', short: 'h' } } as const
  const { rate, duration, feedback, help: asked } = readCommandLine({ args: [...args], options }).values
  if (asked === true) return null
  return {
    rate: rate === undefined ? usualTraffic.rate : readNumber('--rate', rate, 0.1, 500),
    feedback: feedback === undefined ? usualTraffic.feedback : readNumber('--feedback', feedback, 0, 1),
    seconds: duration === undefined ? null : readDuration(duration),
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
  const seconds = Number(count) * { s: 1, m: 60, h: 3_600 }[unit as 's' | 'm' | 'h']
  if (seconds > LONGEST_SECONDS) throw new UsageError('--duration: write a time of 24 days at most, or none.')
  return seconds
}
