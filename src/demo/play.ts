/** The demo's plot: three alerts fire, one resolves, the source repeats itself, a pager is dead, the rest resolves. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Feed } from './feed.ts'
import type { Counts, Inboxes } from './inboxes.ts'
import type { Part } from './recorded.ts'
import type { Notification, Rest } from './rest.ts'
import type { Stage } from './stage.ts'

/** How long messages may take beyond what the timers of the demo's teams ask for. */
const patienceMs = 10_000

/** Longer than a page or the chat takes, and well before the digest that waits is due. */
const silenceMs = 1_200

/** Why the router spoke: the words of a notification's `reason`. */
const reasons: Readonly<Record<string, string>> = {
  first: 'reason "first": nobody was told of this group yet. Three alerts, one page, one message, one mail.',
  'some-resolved': 'reason "some-resolved": one of three is over. The officer on duty hears of it in the next digest.',
  'all-resolved': 'reason "all-resolved": nothing fires any more, and everybody who was told so knows it now.',
}

/** What the plot needs. */
export interface Cast {
  readonly feed: Feed
  readonly inboxes: Inboxes
  readonly stage: Stage
  /** The newest notification to a channel of this kind, once nothing is under way. */
  readonly latest: Rest['latest']
}

/** One turn: what happens, what is sent, what holds until messages come, and how many of them are to come. */
interface Act {
  readonly words: string
  readonly part: Part
  readonly wait: string
  readonly messages: Counts
  /** Null: the reason of what PagerDuty got. */
  readonly why: string | null
}

const begins: Act = {
  words: 'Three services of team payments begin to fail.',
  part: 'firing',
  wait: 'The page goes out at once (flush_now); the mail waits 1 s for more of the same.',
  messages: { pagerduty: 1, slack: 1, mail: 1, webhook: 1 },
  why: null,
}

const recovers: Act = {
  words: 'The ledger recovers, the others do not.',
  part: 'mixed',
  wait: 'Who was told firing is told resolved; mail at most every 7 s (group_interval).',
  messages: { pagerduty: 1, slack: 1 },
  why: null,
}

const deadPager: Act = {
  words: "Team search has an alert too, but somebody deleted the team's PagerDuty integration.",
  part: 'search',
  wait: 'Its page is to go out at once, too.',
  messages: { mail: 1, operators: 1 },
  why: 'To try again would not help, so the receiver named by "fallback" is told, and will be told the end.',
}

const ends: Act = {
  words: 'The other two recover.',
  part: 'resolved',
  wait: 'Who was called hears it at once, and the digest is due soon.',
  messages: { pagerduty: 1, slack: 1, mail: 1, webhook: 1 },
  why: null,
}

/** Plays it and prints what happens. Rejects if a message does not come, or with the signal's reason when it aborts. */
export async function play(cast: Cast, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { feed, inboxes, stage } = cast
  stage.begin()
  const began = Date.now()
  const until = (ms: number) => pause(Math.max(0, began + ms - Date.now()), undefined, { signal })

  await act(begins, cast, signal)
  await until(feed.mixedAfterMs)
  const stumbles = inboxes.refuseOnce()
  await act(stumbles ? { ...recovers, words: `${recovers.words} Slack has a bad moment.` } : recovers, cast, signal)
  if (feed.repeatAfterMs !== null) {
    await until(feed.repeatAfterMs)
    await repeat(cast, signal)
  }
  await until(feed.searchAfterMs)
  await act(deadPager, cast, signal)
  await until(feed.resolvedAfterMs)
  await act(ends, cast, signal)
}

async function act({ words, part, wait, messages, why }: Act, cast: Cast, signal: AbortSignal): Promise<void> {
  const { feed, inboxes, stage } = cast
  stage.step(words)
  // Before it is sent: a page is out before the webhook's answer is back.
  stage.note('in', feed.words(part))
  stage.note('wait', feed.delay + wait)
  const arrived = inboxes.more(messages)
  await feed.send(part)
  await patiently(arrived, words, signal)
  if (messages.slack !== undefined && inboxes.hasRealSlack) {
    stage.note('out', `Your Slack: ${fate(await cast.latest('slack'))}.`)
  }
  const { reason = '' } = (await cast.latest('pagerduty')) ?? {}
  stage.note('why', why ?? reasons[reason] ?? `reason "${reason}"`)
}

async function repeat({ feed, inboxes, stage }: Cast, signal: AbortSignal): Promise<void> {
  stage.step('Alertmanager says the same again, as it does every few minutes.')
  const before = inboxes.taken()
  stage.note('in', feed.words('mixed'))
  stage.note('wait', 'Does anybody hear of it?')
  await feed.send('mixed')
  await pause(silenceMs, undefined, { signal })
  if (inboxes.taken() !== before) throw new Error('the same webhook made the router speak again')
  stage.note('out', 'Nobody. It is counted, and nothing in it is new to anybody.')
}

async function patiently(
  arrived: (signal: AbortSignal) => Promise<void>,
  after: string,
  signal: AbortSignal,
): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs)
  try {
    await arrived(AbortSignal.any([signal, patience]))
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new Error(`Not every message came within ${patienceMs / 1_000} s after: ${after}`, { cause })
  }
}

/** `delivered, answered 200` */
function fate(sent: Notification | null): string {
  const attempt = sent?.attempts.at(-1)
  return `${sent?.state ?? 'nothing was sent'}${attempt === undefined ? '' : `, answered ${attempt.status ?? attempt.detail}`}`
}
