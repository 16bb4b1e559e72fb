/** What people saw of an alert: in their Slack channel, in PagerDuty, in their mailbox. */
import type { Message } from '../../src/stack/receivers.ts'
import { incidentsOf } from '../../src/stand-in/pagerduty-events.ts'
import { toText } from '../../src/stand-in/slack-text.ts'

/** Whether somebody there read that it fires, and that it ended. */
export interface Seen {
  readonly firing: boolean
  readonly resolved: boolean
}

type Event = Extract<Message, { readonly place: 'pagerduty' }>

/** Titles of the incidents that somebody still works on. */
export function openIncidents(messages: readonly Message[]): string[] {
  const { incidents } = incidentsOf(messages.filter((message): message is Event => message.place === 'pagerduty'))
  return incidents.filter(({ status }) => status === 'open').map(({ title }) => title)
}

/** `channel` is the router's word for it: `slack`, `pagerduty` or `email`. */
export function seen(messages: readonly Message[], team: string, channel: string, alert: string): Seen {
  const named = new RegExp(`\\b${alert}\\b`)
  if (channel === 'pagerduty') {
    const events = messages.filter((message): message is Event => message.place === 'pagerduty')
    const mine = incidentsOf(events.filter((event) => event.team === team)).incidents.filter(({ title }) =>
      named.test(title),
    )
    return { firing: mine.length > 0, resolved: mine.some(({ status }) => status === 'resolved') }
  }
  const texts = messages.flatMap((message) => {
    if (channel === 'slack' && message.place === 'slack' && message.team === team) return [toText(message.payload)]
    if (channel === 'email' && message.place === 'mail' && message.mail.to.includes(`${team}@example.org`))
      return [`${message.mail.mail.subject}\n${message.mail.mail.text}`]
    return []
  })
  const mine = texts.filter((text) => named.test(text))
  return {
    firing: mine.some((text) => /firing/i.test(text)),
    resolved: mine.some((text) => /resolved/i.test(text)),
  }
}
