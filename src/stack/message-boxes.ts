/** Shows at the terminal what people get: each message in Slack, each mail, and what becomes of PagerDuty's incidents. */
import { incidentNote } from '../stand-in/incident-note.ts'
import { mailLines } from '../stand-in/mail-lines.ts'
import { toLines } from '../stand-in/slack-text.ts'
import { markColour } from '../terminal/mark-colour.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Message } from './receivers.ts'

type Event = Extract<Message, { readonly place: 'pagerduty' }>['payload']

/** Titles have the time of day (`now` is epoch ms). */
export function messageBoxes(terminal: Terminal, now: () => number): (message: Message) => void {
  const events: { readonly payload: Event }[] = []
  const box = (place: string, lines: Parameters<Terminal['box']>[1], colour: Parameters<Terminal['box']>[2]) =>
    terminal.box(`${place} · ${new Date(now()).toLocaleTimeString('en-GB')}`, lines, colour)
  return (message) => {
    if (message.place === 'slack') {
      const lines = toLines(message.payload, 'hidden')
      box(`Slack · #${message.team}`, lines, markColour(lines[0]?.text ?? ''))
    } else if (message.place === 'mail') {
      const { to, mail } = message.mail
      box(`Mail · ${to.join(', ')}`, mailLines(message.mail), markColour(mail.subject ?? ''))
    } else {
      events.push({ payload: essence(message.payload) })
      const colour = message.payload.event_action === 'resolve' ? 'green' : 'red'
      box(`PagerDuty · ${message.team}`, [{ kind: 'text', text: incidentNote(events) }], colour)
    }
  }
}

/** What tells incidents apart: all events are kept while the stack runs, their details would fill the memory. */
function essence({ routing_key, dedup_key, event_action, payload }: Event): Event {
  const { summary, severity } = (payload ?? {}) as { summary?: unknown; severity?: unknown }
  return { routing_key, dedup_key, event_action, payload: { summary, severity } }
}
