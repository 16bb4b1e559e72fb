/** The report as a person reads it. */
import { limits } from '../dashboard/limit.ts'
import type { Colour, Terminal } from '../terminal/terminal.ts'
import { agoText, barText, durationText, NO_DATA, numberText, rateText, shareText } from './figures.ts'
import type { AlertHealth, Health, Latency, ModelHealth, ObjectiveHealth, ServiceHealth } from './health.ts'
import { isCritical } from './health.ts'
import { type Column, printTable } from './table.ts'

const right = (title: string): Column => ({ title, align: 'right' })
const left = (title: string): Column => ({ title })

const BAR = 20

/** `now` is epoch ms. */
export function printHealth(terminal: Terminal, health: Health, source: string, window: string, now: number): void {
  const heading = (text: string) => {
    terminal.say()
    terminal.say(text, 'bold')
  }
  terminal.say(verdict(health), isCritical(health) ? 'red' : 'green')
  terminal.say(
    `Prometheus at ${source}, ${new Date(now).toISOString().slice(0, 19)}Z; rates of the last ${window}`,
    'gray',
  )
  for (const warning of health.warnings) terminal.say(`Prometheus warns: ${warning}`, 'yellow')

  heading('Services')
  const latency = [right('p50'), right('p95'), right('p99')]
  printTable(
    terminal,
    [left(''), left('answers'), right('req/s'), right('5xx'), ...latency],
    health.services.map((service) => ({
      cells: serviceCells(service),
      colour: service.up === true ? undefined : 'red',
    })),
  )
  heading('Models')
  printTable(
    terminal,
    [left(''), left('status'), right('req/s'), right('failed'), ...latency],
    health.models.map((model) => ({ cells: modelCells(model), colour: statusColour(model.status) })),
  )
  heading('Quality')
  printTable(
    terminal,
    [left(''), right('accuracy'), right('drift'), left('most drifted feature')],
    health.models.map((model) => ({ cells: qualityCells(model), colour: qualityColour(model) })),
  )
  heading('Confidence of the predictions')
  printTable(
    terminal,
    [left(''), right('mean'), right('low <0.5'), right('medium <0.8'), right('high'), left('low ░ medium ▒ high █')],
    health.models.map((model) => ({ cells: confidenceCells(model) })),
  )
  heading('Service level objectives')
  printTable(
    terminal,
    [left(''), left(''), right('objective'), right('last 1h'), right('last 3d'), right('budget'), right('burns')],
    health.objectives.map((objective) => ({ cells: objectiveCells(objective), colour: budgetColour(objective) })),
  )
  heading('Alerts')
  printAlerts(terminal, health, now)
}

function verdict({ alerts, watchdog, ...health }: Health): string {
  if (!watchdog) return 'CRITICAL: the Watchdog does not fire, so no alert can be trusted'
  const firing = alerts.filter(({ state }) => state === 'firing')
  const critical = firing.filter(({ severity }) => severity === 'critical').length
  if (critical > 0) return `CRITICAL: ${critical} critical ${critical === 1 ? 'alert fires' : 'alerts fire'}`
  const blind = health.services.filter(({ rate }) => rate === null).map(({ service }) => service)
  const asked = blind.length === 0 ? '' : `; no data of ${blind.join(' and ')}`
  return firing.length === 0
    ? `HEALTHY: no alert fires${asked}`
    : `No critical alert fires; ${firing.length === 1 ? 'one other does' : `${firing.length} others do`}${asked}`
}

function latencyCells({ p50, p95, p99 }: Latency): string[] {
  return [p50, p95, p99].map(durationText)
}

function serviceCells({ service, up, rate, errors, latency }: ServiceHealth): string[] {
  const answers = up === null ? NO_DATA : up ? 'yes' : 'NO'
  return [service, answers, rateText(rate), shareText(errors), ...latencyCells(latency)]
}

function modelCells({ model, status, rate, errors, latency }: ModelHealth): string[] {
  return [model, status ?? NO_DATA, rateText(rate), shareText(errors), ...latencyCells(latency)]
}

function qualityCells({ model, accuracy, drift }: ModelHealth): string[] {
  return [model, shareText(accuracy), numberText(drift?.score ?? null), drift?.feature ?? '']
}

function confidenceCells({ model, confidence: { mean, low, medium, high } }: ModelHealth): string[] {
  const bar = barText(
    [
      { share: low, mark: '░' },
      { share: medium, mark: '▒' },
      { share: high, mark: '█' },
    ],
    BAR,
  )
  return [model, numberText(mean), shareText(low), shareText(medium), shareText(high), bar]
}

function objectiveCells(objective: ObjectiveHealth): string[] {
  const { service, slo, measured1h, measured3d, budgetLeft, burnRate } = objective
  return [
    service,
    slo,
    shareText(objective.objective),
    shareText(measured1h, 2),
    shareText(measured3d, 2),
    budgetLeft !== null && budgetLeft < 0 ? 'overspent' : shareText(budgetLeft, 0),
    numberText(burnRate, 1),
  ]
}

function printAlerts(terminal: Terminal, { alerts, watchdog }: Health, now: number): void {
  if (alerts.length === 0) terminal.say('  none')
  else {
    printTable(
      terminal,
      [left('severity'), left('alert'), left('service'), left('team'), left('for')],
      [...Map.groupBy(alerts, alikeText).values()].map((alike) => ({
        cells: alertCells(alike, now),
        colour: severityColour(alike[0] as AlertHealth),
      })),
    )
  }
  if (!watchdog)
    terminal.say('  Watchdog does not fire: the rules are not loaded, or Prometheus has just started.', 'red')
}

/** Alerts of one rule that differ in what has no column, such as the feature that drifted, share a row. */
function alikeText({ alert, severity, service, team, state }: AlertHealth): string {
  return JSON.stringify([alert, severity, service, team, state])
}

/** They come in order of age, the oldest first. */
function alertCells(alike: readonly AlertHealth[], now: number): string[] {
  const { alert, severity, service, team, since, state } = alike[0] as AlertHealth
  const ago = since === '' ? NO_DATA : agoText(now - Date.parse(since))
  const name = alike.length === 1 ? alert : `${alert} ×${alike.length}`
  return [state === 'pending' ? `(${severity})` : severity, name, service, team, ago]
}

function severityColour({ severity, state }: AlertHealth): Colour | undefined {
  if (state === 'pending') return 'gray'
  return severity === 'critical' ? 'red' : severity === 'warning' ? 'yellow' : 'cyan'
}

function statusColour(status: string | null): Colour | undefined {
  return status === 'critical' ? 'red' : status === 'degraded' ? 'yellow' : undefined
}

function qualityColour({ accuracy, drift }: ModelHealth): Colour | undefined {
  const { ModelAccuracyDrop, ModelAccuracyDegraded, DataDriftDetected } = limits
  if (accuracy !== null && accuracy < ModelAccuracyDrop.below) return 'red'
  const isDegraded = accuracy !== null && accuracy < ModelAccuracyDegraded.below
  return isDegraded || (drift !== null && drift.score > DataDriftDetected.above) ? 'yellow' : undefined
}

function budgetColour({ budgetLeft }: ObjectiveHealth): Colour | undefined {
  if (budgetLeft === null || budgetLeft > 0.25) return undefined
  return budgetLeft < 0 ? 'red' : 'yellow'
}
