/** The demo's plot: three alerts fire, one resolves, the source repeats itself, the rest resolves. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Feed } from './feed.ts'
import type { Inboxes } from './inboxes.ts'
import type { Terminal } from './terminal.ts'

/** How long a message may take beyond what the timers of the demo's team ask for. */
const patienceMs = 6_000

/**
 * Plays it and prints what happens, in at most 15 s. Rejects if a message does not come, or with the signal's reason
 * when it aborts.
 */
export async function play(feed: Feed, inboxes: Inboxes, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const began = Date.now()
  const until = (ms: number) => pause(Math.max(0, began + ms - Date.now()), undefined, { signal })
  const act = async (words: string, part: Parameters<Feed['send']>[0]) => {
    const seen = inboxes.received()
    terminal.say(`\n${elapsed(began)}  ${words}`, 'bold')
    await feed.send(part)
    await message(inboxes, seen, words, signal)
  }
  await act('Three services of team payments begin to fail.', 'firing')
  await until(feed.mixedAfterMs)
  await act('The ledger recovers; checkout and refunds still fail.', 'mixed')
  if (feed.repeatAfterMs !== null) {
    await until(feed.repeatAfterMs)
    terminal.say(`\n${elapsed(began)}  Alertmanager says the same again. It is recorded; nobody is told twice.`, 'bold')
    await feed.send('mixed')
  }
  await until(feed.resolvedAfterMs)
  await act('The others recover too.', 'resolved')
}

async function message(inboxes: Inboxes, seen: number, after: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs)
  try {
    await inboxes.after(seen, AbortSignal.any([signal, patience]))
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new Error(`No message came within ${patienceMs / 1_000} s after: ${after}`, { cause })
  }
}

function elapsed(began: number): string {
  return `${((Date.now() - began) / 1_000).toFixed(1).padStart(4)} s`
}
