/** The steps and results of triggers as lines for a terminal. */
import type { Colour, Terminal } from '../terminal/terminal.ts'
import type { Result } from './course.ts'
import type { Report, Step } from './report.ts'
import type { Destination } from './router.ts'

const colours: Readonly<Record<Step['what'], Colour | undefined>> = {
  note: 'gray',
  begins: 'cyan',
  ends: 'cyan',
  waits: 'yellow',
  fires: 'green',
  pending: 'yellow',
  firing: 'red',
  resolved: 'green',
  'told-firing': undefined,
  'told-resolved': undefined,
}

export function printSteps(terminal: Terminal): Report {
  const began = Date.now()
  return (step) => {
    const at = `${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  `
    terminal.item(at, stepText(step), { left: 'gray', ...textColour(colours[step.what]) })
  }
}

function textColour(colour: Colour | undefined): { text?: Colour } {
  return colour === undefined ? {} : { text: colour }
}

function stepText(step: Step): string {
  switch (step.what) {
    case 'note':
      return step.text
    case 'begins':
      return `Begins: ${step.text}.`
    case 'ends':
      return `Ends: ${step.text}.`
    case 'waits':
      return `${step.alert} is active already, since ${timeText(step.since)}; waiting for its end.`
    case 'fires':
      return `${step.alert} has been firing since ${timeText(step.since)}, as it should.`
    case 'pending':
    case 'firing':
    case 'resolved':
      return `${step.alert} is ${step.what} after ${secondsText(step.afterMs)}.`
    case 'told-firing':
      return `${step.alert}: told after ${secondsText(step.afterMs)}: ${destinationsText(step.destinations)}.`
    case 'told-resolved':
      return `${step.alert}: its end told after ${secondsText(step.afterMs)}: ${destinationsText(step.destinations)}.`
  }
}

/** One line each. */
export function printResults(terminal: Terminal, results: readonly Result[]): void {
  const width = Math.max(...results.map(({ alert, severity }) => alert.length + severity.length)) + 1
  for (const { alert, severity, problem, firedAfterMs, resolvedAfterMs, destinations } of results) {
    const good = problem === null
    if (good && resolvedAfterMs === null) {
      terminal.item(`✓ ${`${alert} ${severity}`.padEnd(width)}  `, 'fires always', { left: 'green' })
      continue
    }
    const lasted = resolvedAfterMs === null ? '' : `, ended ${secondsText(resolvedAfterMs)} after it`
    const fired = firedAfterMs === null ? '' : `fired ${secondsText(firedAfterMs)} after its cause began${lasted}`
    const whom = destinations.length === 0 ? '' : `; told: ${destinationsText(destinations)}`
    const text = [`${fired}${whom}`, problem ?? ''].filter((part) => part !== '').join('. ')
    terminal.item(`${good ? '✓' : '✗'} ${`${alert} ${severity}`.padEnd(width)}  `, text, {
      left: good ? 'green' : 'red',
    })
  }
}

/** `ml-platform slack and pagerduty, platform slack` */
export function destinationsText(destinations: readonly Destination[]): string {
  const byTeam = Map.groupBy(destinations, ({ team }) => team)
  return [...byTeam].map(([team, of]) => `${team} ${of.map(({ channel }) => channel).join(' and ')}`).join(', ')
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
