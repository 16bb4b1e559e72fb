/** What `npm run trigger` is told by its command line. */
import { readCommandLine, UsageError } from '../terminal/command-line.ts'
import { type Trigger, triggers } from './triggers.ts'

export const help = `Makes alerts of prometheus/rules fire through the running stack, and lets them end.

  npm run trigger                                 lists every alert, and how it is made to fire
  npm run trigger -- <AlertName> [<AlertName> …]  fires these, and ends them
  npm run trigger -- --all                        every one, in as few rounds as can be

  --severity critical|warning   one of an alert that has both (the objectives: SloErrors …)
  --hold <seconds>              leave it firing for so long before it ends

Ctrl-C undoes what was done. npm run stack -- --speed 300 (in another terminal) has it all in seconds;
with docker compose it takes as long as the rules say.`

export interface Settings {
  readonly chosen: readonly Trigger[]
  readonly holdSeconds: number
}

/** Null: help is asked for. No chosen trigger: the list is. Throws a UsageError. */
export function readSettings(args: readonly string[]): Settings | null {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { severity: text, hold: text, all: flag, help: { ...flag, short: 'h' } } as const
  const { values, positionals } = readCommandLine({ args: [...args], allowPositionals: true, options })
  if (values.help === true) return null
  const { severity } = values
  const holdSeconds = Number(values.hold ?? 0)
  if (values.hold?.trim() === '' || !(holdSeconds >= 0 && holdSeconds <= 86_400))
    throw new UsageError('--hold: write seconds from 0 to 86400.')
  if (values.all === true && positionals.length > 0) throw new UsageError('--all takes no names.')
  const named = values.all === true ? triggers : positionals.flatMap(find)
  if (named.length === 0 && (severity !== undefined || values.hold !== undefined)) {
    throw new UsageError('--severity and --hold are of alerts: name some, or write --all.')
  }
  const chosen = named.filter((trigger) => severity === undefined || trigger.severity === severity)
  if (named.length > 0 && chosen.length === 0) {
    const severities = [...new Set(named.map((trigger) => trigger.severity))].join(', ')
    throw new UsageError(`There is none with severity ${severity}: ${severities}.`)
  }
  return { chosen: [...new Set(chosen)], holdSeconds }
}

function find(name: string): readonly Trigger[] {
  const found = triggers.filter(({ alert }) => alert.toLowerCase() === name.toLowerCase())
  if (found.length > 0) return found
  const near = [...new Set(triggers.map(({ alert }) => alert))].filter((alert) => isNear(alert, name))
  const hint = near.length === 0 ? 'npm run trigger lists all.' : `Did you mean ${near.join(' or ')}?`
  throw new UsageError(`There is no alert ${JSON.stringify(name)}. ${hint}`)
}

function isNear(alert: string, name: string): boolean {
  const [a, b] = [alert.toLowerCase(), name.toLowerCase()]
  return b.length >= 3 && (a.includes(b) || b.includes(a))
}
