/** What `npm run stack` is told by its command line. */
import { readCommandLine, UsageError } from '../terminal/command-line.ts'

export interface Settings {
  readonly speed: number
  readonly ports: 'usual' | 'free'
  /** Where data stays after the end; null: in a temporary folder. */
  readonly keep: string | null
}

export const help = `Runs the whole system on this machine: router, both model servers, Prometheus, Alertmanager,
node-exporter and Pushgateway, with Slack, PagerDuty and mail played at the terminal.

  npm run stack [-- --speed 300] [--keep <folder>] [--free-ports]

  --speed        divides every duration of the rules (but none below 5 s): at 300, a rule that waits
                 for 5 minutes fires after 5 s. 1 to 10000; without it, 1, as shipped
  --keep         a folder for configuration, data and logs, which stays; without it, all is deleted
  --free-ports   any free ports instead of 8080, 9090 and so on; the other commands find them,
                 but for train: give it PUSHGATEWAY_URL

SLACK_WEBHOOK_URL   an incoming webhook: the messages of all teams go there
STACK_FILE          where to write what runs where (data/stack.json)
PROMETHEUS_BIN, ALERTMANAGER_BIN, NODE_EXPORTER_BIN, PUSHGATEWAY_BIN   paths, for what is not on the PATH`

/** Null: help is asked for. Throws a UsageError. */
export function readSettings(args: readonly string[]): Settings | null {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { speed: text, keep: text, 'free-ports': flag, help: { ...flag, short: 'h' } } as const
  const { values } = readCommandLine({ args: [...args], options })
  const { speed = '1', keep = null, 'free-ports': free = false, help: asked } = values
  if (asked === true) return null
  if (!/^\d+(\.\d+)?$/.test(speed) || Number(speed) < 1 || Number(speed) > 10_000) {
    throw new UsageError('--speed: write a number from 1 to 10000.')
  }
  if (keep === '') throw new UsageError('--keep: write a folder.')
  return { speed: Number(speed), ports: free ? 'free' : 'usual', keep }
}
