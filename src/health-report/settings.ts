/** What `npm run health-report` is told by its command line. */
import { readCommandLine, UsageError } from '../terminal/command-line.ts'

export interface Settings {
  readonly json: boolean
  /** A Prometheus range; null: what fits the speed of the stack. */
  readonly window: string | null
}

export const help = `How the monitored system is doing, from Prometheus: latency, errors, confidence, accuracy, drift,
objectives and alerts.

  npm run health-report [-- --window 5m] [--json]

  --window   what rates and latencies are taken over (5m; 30s where npm run stack has a --speed)
  --json     the same as one JSON object, with null where there is no data

PROMETHEUS_URL says where Prometheus is, if not where npm run stack has it or on 127.0.0.1:9090.
Exit status: 0 no critical alert fires; 1 one does, or the Watchdog does not; 2 Prometheus could not
be asked, or the command line is wrong.`

/** Null: help is asked for. Throws a UsageError. */
export function readSettings(args: readonly string[]): Settings | null {
  const flag = { type: 'boolean' } as const
  const options = { json: flag, window: { type: 'string' }, help: { ...flag, short: 'h' } } as const
  const { json = false, window = null, help: asked } = readCommandLine({ args: [...args], options }).values
  if (asked === true) return null
  if (window !== null && !/^([1-9]\d{0,5}[smhd])+$/.test(window))
    throw new UsageError('--window: write a time such as 5m or 1h.')
  return { json, window }
}
