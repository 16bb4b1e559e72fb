/** Log lines: JSON, one per line, without any secret. */
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'

export interface LogOptions {
  readonly level: Config['logLevel']
  /** Values that must never be printed, wherever they turn up. */
  readonly secrets: readonly string[]
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream
}

/** A logger whose finished lines are scrubbed: a secret inside an error message or a stack is caught as well. */
export function createLogger({ level, secrets, destination }: LogOptions): Logger {
  const scrub = scrubberOf(secrets)
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: REDACTED },
    hooks: { streamWrite: scrub },
  }
  return pino(options, destination ?? standardOutput())
}

/** Lines kept while they cannot be written. */
const MOST_KEPT_BYTES = 1024 * 1024

/**
 * Where the log cannot be written (its disk is full), lines are lost and the router goes on: without this the first one
 * would end it. What fits into memory is written later.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_KEPT_BYTES })
  output.on('error', () => {})
  return output
}

const REDACTED = '[redacted]'

const keys = ['authorization', 'cookie', 'set-cookie', 'token', 'secret', 'password']
const redacted = keys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.headers["${key}"]`])

/**
 * The part of a Slack webhook URL that lets anybody post, credentials of an Authorization header, and the random part of
 * a token made at run time, which somebody may have put into a URL.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks ("keep it secret, keep it safe")
 */
const patterns = [
  String.raw`(?<=hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/)[^\s"'\\?#]+`,
  String.raw`(?<=\b(?:bearer|basic) +)[\w.~+/=-]{8,}`,
  String.raw`(?<=\bar_\d{1,15}_)[\w-]{43}`,
]

function scrubberOf(secrets: readonly string[]): (line: string) => string {
  // Inside a line a secret is written as JSON writes it.
  const written = secrets
    .filter((secret) => secret !== '')
    .map((secret) => RegExp.escape(JSON.stringify(secret).slice(1, -1)))
  const pattern = new RegExp([...written, ...patterns].join('|'), 'gi')
  return (line) => line.replace(pattern, REDACTED)
}
