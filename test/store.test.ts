/** The working set is nothing but a faster answer: after any story it equals what a fresh process reads from the tables. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LATE_DUPLICATE_WINDOW_MS } from '../src/episode/episode.ts'
import { dueAt } from '../src/group/timers.ts'
import { toldNothing } from '../src/group/told.ts'
import type { Store } from '../src/store.ts'
import { live, type Operation, operations } from './random-run.ts'
import { CommitFails, type Rig } from './rig.ts'
import { stores } from './stores.ts'

describe.each(stores)('$name', (store) => {
  it('holds after any story what a fresh load reads', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(operations({ documents: true }), (story) =>
        live(store, story, async ({ rig }) => {
          expect(await picture(rig, await rig.reloaded())).toEqual(await picture(rig, rig.store))
        }),
      ),
      { numRuns: 300, interruptAfterTimeLimit: 120_000 },
    )
  })

  it('is after a failed transaction what it was before', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(operations({ documents: true }), (story) =>
        live(store, story, async (run, operation) => {
          if (operation.op === 'end' || operation.op === 'advance') return
          const { rig } = run
          const before = { ...(await picture(rig, rig.store)), next: rig.store.groups.nextDueAt() }
          rig.failing = true
          await run.do(operation).catch(onlyCommitFails)
          rig.failing = false
          expect({ ...(await picture(rig, rig.store)), next: rig.store.groups.nextDueAt() }).toEqual(before)
        }),
      ),
      { numRuns: 100, interruptAfterTimeLimit: 120_000, examples: [[fallbackLookedForAgain]] },
    )
  })
})

/** Patience ended without a fallback, and a new document may name one: what remembers that has to be in the tables. */
const fallbackLookedForAgain: Operation[] = [
  { op: 'post', said: [[0, 'fire']] },
  { op: 'advance', ms: 18_000_000 },
  { op: 'claim' },
  { op: 'documents', version: 0 },
  { op: 'list', alerts: [] },
]

function onlyCommitFails(error: unknown): void {
  if (!(error instanceof CommitFails)) throw error
}

/** All that a store answers from, in an order that does not depend on how it got there. */
async function picture(rig: Rig, store: Store) {
  const episodes = [...store.episodes.everyLive()].sort((a, b) => a.id - b.id)
  const bySource = Map.groupBy(episodes, (episode) => episode.sourceId)
  const records = await rig.db.transaction(async (tx) => {
    const found = []
    for (const [sourceId, known] of bySource) {
      const fingerprints = known.map((episode) => episode.fingerprint)
      found.push(...(await store.episodes.find(tx, sourceId, fingerprints)))
    }
    return found
  })
  const groups = [...store.groups.everyLife()].sort((a, b) => a.id - b.id)
  const windowFrom = rig.clock.now() - LATE_DUPLICATE_WINDOW_MS
  return {
    // A repeat is counted in memory and written later.
    episodes: episodes.map(({ lastSeenAt, repeats, annotationsText, ...kept }) => kept),
    alerts: records.map(({ sourceId, fingerprint, labelsText, open, lastClose }) => ({
      sourceId,
      fingerprint,
      labelsText,
      open: open?.id ?? null,
      lastClose: lastClose !== null && lastClose.closedAt > windowFrom ? lastClose : null,
    })),
    groups: groups.map(({ id, team, routeId, labelsText, about, versionId, openedAt, state, members }) => {
      const { seq, told, ...timers } = state
      return {
        ...{ id, team, routeId, labelsText, about, versionId, openedAt, timers },
        told: [...told].filter(([, one]) => !isNothing(one)).sort(([a], [b]) => a - b),
        members: [...members].sort(([a], [b]) => a - b),
        due: dueAt(state, rig.routing.config(team, routeId, about)),
      }
    }),
    destinations: [...new Set(groups.flatMap(({ state }) => [...state.told.keys()]))]
      .sort((a, b) => a - b)
      .map((id) => store.outbox.destination(id)),
    pending: [...store.outbox.everyPending()].sort((a, b) => a.id - b.id),
  }
}

function isNothing(told: object): boolean {
  return JSON.stringify(told) === JSON.stringify(toldNothing)
}
