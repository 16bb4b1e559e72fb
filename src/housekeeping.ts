/** Chores between requests: a re-route that failed is tried again, repeats are written, ended episodes leave the working set. */
import type { Pipeline } from './pipeline.ts'
import { followDocuments } from './reroute.ts'

/** How often chores are done: a crash loses at most this much of the repeat counters, never an alert. */
const EVERY_MS = 30_000

/** Rows per transaction: about 5 ms, so that requests get their turn in between. */
const BATCH = 500

/** Returns when to come again, epoch ms. */
export async function keepHouse(p: Pipeline): Promise<number> {
  const { db, store } = p
  await followDocuments(p)
  let more = store.episodes.hasRepeats()
  while (more) more = await db.transaction((tx) => store.episodes.writeRepeats(tx, BATCH), BATCH)
  more = store.episodes.hasRetirable(db.now())
  while (more) more = await db.transaction((tx) => store.episodes.retire(tx, (e) => store.isOwed(e), BATCH), BATCH)
  return db.now() + EVERY_MS
}
