/** `npm run trigger` without a name: every alert, what makes it fire, and how long that takes at the running speed. */
import type { Rule } from '../stack/prometheus-api.ts'
import { cells } from '../terminal/cells.ts'
import type { Colour, Terminal } from '../terminal/terminal.ts'
import { durationsOf } from './durations.ts'
import type { Severity, Trigger } from './triggers.ts'

const colours: Readonly<Record<Severity, Colour>> = {
  critical: 'red',
  warning: 'yellow',
  info: 'cyan',
  demo: 'magenta',
  none: 'gray',
}

/** `rules`: what Prometheus evaluates; null when it cannot be asked. */
export function printListing(terminal: Terminal, triggers: readonly Trigger[], rules: readonly Rule[] | null): void {
  const width = Math.max(...triggers.map(({ alert }) => cells(alert)))
  for (const { alert, severity, cause } of triggers) {
    const took = rules === null ? '' : takes(alert, severity, rules)
    terminal.item(`${alert.padEnd(width)}  ${severity.padEnd(8)}  `, `${cause.does}${took}`, {
      left: colours[severity],
    })
  }
}

function takes(alert: string, severity: string, rules: readonly Rule[]): string {
  const durations = durationsOf(alert, severity, rules)
  if (durations === null) return ' (Prometheus has no such rule)'
  const { window, for: lasting } = durations
  if (window === 0) return `; fires after ${durationText(lasting)}`
  return `; fires after ${durationText(lasting)} to ${durationText(lasting + window)}`
}

/** `1m30s`, in its two largest units. */
export function durationText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.round(seconds % 60), 's'],
  ] as const
  const shown = parts.filter(([count]) => count > 0).slice(0, 2)
  return shown.length === 0 ? '0s' : shown.map(([count, unit]) => `${count}${unit}`).join('')
}
