/** After the messages, what the router remembers of them: asked over its REST API, as anybody can. */
import { setTimeout as pause } from 'node:timers/promises'
import { cells } from './cells.ts'
import type { ExplainedAlert, Rest } from './rest.ts'
import type { Stage } from './stage.ts'
import { type Entry, timelineEntries } from './timeline-text.ts'

/** The one that was told firing, then resolved while others fired: the most to tell. */
const explained = 'ledger'

/** Time to read before more is printed. */
const breathMs = 800

/** Prints the alerts, then everything about one of them. Rejects if the API does not answer, or when `signal` aborts. */
export async function showHistory(rest: Rest, stage: Stage, signal: AbortSignal): Promise<void> {
  const { terminal } = stage
  await pause(breathMs, undefined, { signal })
  stage.step('What does the router remember?  GET /api/v1/alerts')
  const alerts = await rest.alerts()
  for (const { id, status, labels, startsAt, endsAt } of alerts.toReversed()) {
    const lasted = endsAt === null ? '' : ` after ${((Date.parse(endsAt) - Date.parse(startsAt)) / 1_000).toFixed(1)} s`
    const name = `${labels.alertname ?? ''} of ${labels.service ?? ''}`
    terminal.item('', `${' '.repeat(9)}${String(id).padStart(3)}  ${name.padEnd(28)}${status}${lasted}`)
  }
  const chosen = alerts.find(({ labels }) => labels.service === explained) ?? alerts[0]
  if (chosen === undefined) throw new Error('the router remembers no alert')
  await pause(breathMs, undefined, { signal })
  stage.step(`And why did people hear of the ${chosen.labels.service}?  GET /api/v1/alerts/${chosen.id}`)
  showTimeline(await rest.alert(chosen.id), stage)
}

function showTimeline(alert: ExplainedAlert, stage: Stage): void {
  const entries = timelineEntries(alert)
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
