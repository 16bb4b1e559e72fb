/** All receivers of the demo together: opened, counted, waited for, closed. */
import { EventEmitter, once } from 'node:events'
import type { Inbox, Place } from './inbox.ts'
import { openMailInbox } from './mail-inbox.ts'
import { openPagerDutyInbox } from './pagerduty-inbox.ts'
import { openSlackInbox } from './slack-inbox.ts'
import type { Stage } from './stage.ts'
import { openOperatorsInbox, openWebhookInbox } from './webhook-inbox.ts'

/** How many messages each place is to take; a place that is not named does not matter. */
export type Counts = Readonly<Partial<Record<Place, number>>>

export interface Inboxes {
  /** What the demo's team documents refer to, and how mail leaves. */
  readonly env: Readonly<Record<string, string>>
  /** `host:port` of each, for ALLOW_DESTINATIONS. */
  readonly addresses: readonly string[]
  /** Where events for PagerDuty go. */
  readonly pagerDutyUrl: string
  /** Messages go to a Slack of somebody's own, where nobody counts them. */
  readonly hasRealSlack: boolean
  /** The Slack stand-in answers "too many requests" once; false if there is none. */
  refuseOnce(): boolean
  /** How many messages were taken, by all of them. */
  taken(): number
  /** What it returns resolves when everybody took so many more than at the call; rejects when its `signal` aborts. */
  more(counts: Counts): (signal: AbortSignal) => Promise<void>
  close(): Promise<void>
}

/** Opens the receivers. With `realSlack`, a webhook URL of Slack's own, no Slack stand-in is opened. */
export async function openInboxes(stage: Stage, realSlack: string | null): Promise<Inboxes> {
  const bell = new EventEmitter()
  const taken = { slack: 0, pagerduty: 0, mail: 0, webhook: 0, operators: 0 }
  const took = (place: Place) => {
    taken[place]++
    bell.emit('taken')
  }
  const slack = realSlack === null ? await openSlackInbox(stage, took) : null
  const pagerDuty = await openPagerDutyInbox(stage, took)
  const others = [openMailInbox, openWebhookInbox, openOperatorsInbox].map((open) => open(stage, took))
  const all: Inbox[] = [...(slack === null ? [] : [slack]), pagerDuty, ...(await Promise.all(others))]
  return {
    env: Object.assign({}, ...all.map(({ env }) => env), realSlack === null ? {} : { PAYMENTS_SLACK_URL: realSlack }),
    addresses: all.flatMap(({ address }) => address ?? []),
    pagerDutyUrl: pagerDuty.url,
    hasRealSlack: slack === null,
    refuseOnce: () => {
      slack?.refuseOnce()
      return slack !== null
    },
    taken: () => Object.values(taken).reduce((sum, count) => sum + count),
    more: (counts) => {
      const counted = (Object.keys(counts) as Place[]).filter((place) => place !== 'slack' || slack !== null)
      const wanted = counted.map((place) => [place, taken[place] + (counts[place] ?? 0)] as const)
      return async (signal) => {
        while (wanted.some(([place, count]) => taken[place] < count)) await once(bell, 'taken', { signal })
      }
    },
    close: async () => {
      await Promise.all(all.map((inbox) => inbox.close()))
    },
  }
}
