/** Chores between requests: a re-route that failed is tried again, repeats are written, ended episodes leave the working set. */
import { labelsFromText } from './alert/labels.ts'
import { QUARANTINE_OVER_MS, QUARANTINED } from './alert/quarantine.ts'
import type { MetaAlert } from './meta-alert/meta-alert.ts'
import { clear } from './meta-alert/raise.ts'
import { DESTINATION_FAILING, stillMatters } from './notification/unreachable.ts'
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
  await clearTrouble(p)
  return db.now() + EVERY_MS
}

/** Trouble of the router's that is over without anybody having said so. */
async function clearTrouble(p: Pipeline): Promise<void> {
  const { episodes, ownSourceId } = p.store
  if (!episodes.knowsAny(ownSourceId)) return
  await p.db.transaction(async (tx) => {
    for (const { labelsText, lastSeenAt } of await episodes.openOf(tx, ownSourceId)) {
      const labels = labelsFromText(labelsText) as MetaAlert['labels']
      if (isOver(p, labels, tx.now - lastSeenAt)) await clear(p, tx, [{ labels, annotations: {} }])
    }
  })
}

function isOver(p: Pipeline, { alertname, destination }: MetaAlert['labels'], quietMs: number): boolean {
  if (alertname === QUARANTINED) return quietMs >= QUARANTINE_OVER_MS
  return alertname === DESTINATION_FAILING && !stillMatters(p, Number(destination), quietMs)
}
