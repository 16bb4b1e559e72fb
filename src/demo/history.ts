/** After the messages, what the router remembers of them: asked over its REST API, as anybody can. */
import { setTimeout as pause } from 'node:timers/promises'
import { cells } from '../terminal/cells.ts'
import type { Alert, ExplainedAlert, Rest } from './rest.ts'
import type { Stage } from './stage.ts'
import { type Entry, nextText, timelineEntries } from './timeline-text.ts'

/** The one that was told firing, then resolved while others fired: the most to tell. */
const explained = 'ledger'

/** Time to read before more is printed. */
const breathMs = 800

/** Prints the alerts, then everything about one of them. Rejects if the API does not answer, or when `signal` aborts. */
export async function showHistory(rest: Rest, stage: Stage, signal: AbortSignal): Promise<void> {
  await pause(breathMs, undefined, { signal })
  stage.step('What is remembered, and what happens next?  GET /api/v1/alerts')
  const alerts = (await rest.alerts()).toReversed()
  const width = Math.max(...alerts.map((alert) => cells(titleOf(alert))))
  for (const alert of alerts) {
    const left = `${' '.repeat(9)}${String(alert.id).padStart(3)}  ${titleOf(alert).padEnd(width)}  `
    stage.terminal.item(left, alert.endsAt === null ? firingText(await rest.alert(alert.id)) : endText(alert))
  }
  const chosen = alerts.find(({ labels }) => labels.service === explained) ?? alerts[0]
  if (chosen === undefined) throw new Error('the router remembers no alert')
  await pause(breathMs, undefined, { signal })
  stage.step(`And why did people hear of the ${chosen.labels.service}?  GET /api/v1/alerts/${chosen.id}`)
  showTimeline(await rest.alert(chosen.id), stage)
}

function titleOf({ labels }: Alert): string {
  const { alertname = '', service } = labels
  return service === undefined ? alertname : `${alertname} of ${service}`
}

function endText({ status, startsAt, endsAt }: Alert): string {
  return `${status} after ${((Date.parse(endsAt ?? startsAt) - Date.parse(startsAt)) / 1_000).toFixed(1)} s`
}

function firingText(alert: ExplainedAlert): string {
  return `${alert.status}; ${nextText(alert, Date.now())}`
}

function showTimeline(alert: ExplainedAlert, stage: Stage): void {
  const entries = timelineEntries(alert, Date.now())
  const width = Math.max(...entries.map(({ word }) => cells(word)))
  for (const entry of entries) {
    const when = entry.at === null ? '    now' : stage.seconds(entry.at)
    stage.terminal.item(`${when}  ${entry.word.padEnd(width)}  `, entry.text, { left: colourOf(entry) })
    for (const { mark, text } of entry.details) {
      stage.terminal.item(`${' '.repeat(7 + 2 + width + 2)}${mark} `, text, { text: 'gray' })
    }
  }
}

function colourOf({ word }: Entry): 'cyan' | 'green' | 'magenta' {
  if (word === 'told') return 'green'
  return word === 'routed' ? 'magenta' : 'cyan'
}
