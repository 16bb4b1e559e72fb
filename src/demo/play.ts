/** The demo's plot: three alerts fire, one resolves, the source repeats itself, the rest resolves. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Feed } from './feed.ts'
import type { Inboxes } from './inboxes.ts'
import type { Stage } from './stage.ts'

/** How long messages may take beyond what the timers of the demo's team ask for. */
const patienceMs = 8_000

/** Longer than any timer of the demo's team: what has not come by then is not coming. */
const silenceMs = 2_200

/** Why the router spoke: the words of the webhook's `alertrouter.reason`. */
const reasons: Readonly<Record<string, string>> = {
  first: 'reason "first": nobody was told of this group yet. Its alerts waited for each other and came as one message.',
  'some-resolved': 'reason "some-resolved": one of three is over. Who was told firing is told resolved.',
  'all-resolved': 'reason "all-resolved": nothing fires any more, and everybody who was told so knows it now.',
}

/** What the plot needs. `delivered` says in words what became of the latest message to the real Slack; null without. */
export interface Cast {
  readonly feed: Feed
  readonly inboxes: Inboxes
  readonly stage: Stage
  readonly delivered: (() => Promise<string>) | null
}

/** Plays it and prints what happens. Rejects if a message does not come, or with the signal's reason when it aborts. */
export async function play({ feed, inboxes, stage, delivered }: Cast, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  stage.begin()
  const began = Date.now()
  const until = (ms: number) => pause(Math.max(0, began + ms - Date.now()), undefined, { signal })
  let rounds = 0
  const act = async (words: string, part: 'firing' | 'mixed' | 'resolved', wait: string) => {
    stage.step(words)
    stage.note('in', await feed.send(part))
    stage.note('wait', feed.delay + wait)
    const reason = await message(inboxes, ++rounds, words, signal)
    if (delivered !== null) stage.note('out', await delivered())
    stage.note('why', reasons[reason] ?? `reason "${reason}"`)
  }

  await act('Three services of team payments begin to fail.', 'firing', 'Alerts of one group wait 1 s for each other.')
  await until(feed.mixedAfterMs)
  const stumbles = inboxes.refuseOnce()
  await act(
    `The ledger recovers, the others do not.${stumbles ? ' Slack has a bad moment.' : ''}`,
    'mixed',
    'The group waits 1 s for more of it, and speaks at most every 2 s.',
  )
  if (feed.repeatAfterMs !== null) {
    await until(feed.repeatAfterMs)
    stage.step('Alertmanager says the same again, as it does every few minutes.')
    const before = inboxes.taken()
    stage.note('in', await feed.send('mixed'))
    stage.note('wait', 'Does anybody hear of it?')
    await pause(silenceMs, undefined, { signal })
    if (inboxes.taken() !== before) throw new Error('the same webhook made the router speak again')
    stage.note('out', 'Nobody. It is counted, and nothing in it is new to anybody.')
  }
  await until(feed.resolvedAfterMs)
  await act('The other two recover.', 'resolved', 'Good news waits 1 s too: one message instead of two.')
}

async function message(inboxes: Inboxes, rounds: number, after: string, signal: AbortSignal): Promise<string> {
  const patience = AbortSignal.timeout(patienceMs)
  try {
    return await inboxes.after(rounds, AbortSignal.any([signal, patience]))
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new Error(`No message came within ${patienceMs / 1_000} s after: ${after}`, { cause })
  }
}
