/** What must hold whatever happens: nobody is left believing what is no longer so, and nobody is told the same twice. */
import fc from 'fast-check'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { labelsFromText } from '../src/alert/labels.ts'
import type { Episode } from '../src/episode/store.ts'
import { live, operations, type RandomRun } from './random-run.ts'
import { stores } from './stores.ts'

const HOUR = 3_600_000

describe.each(stores)('$name', (store) => {
  it.each([
    { documents: false, numRuns: 200 },
    { documents: true, numRuns: 300 },
  ])('any story ends in the truth (documents change: $documents)', { timeout: 240_000 }, async (options) => {
    await fc.assert(
      fc.asyncProperty(operations(options), (story) =>
        live(store, story, checkNow, async (run) => {
          await run.quieten(HOUR)
          await checkNow(run)
          expect(untold(run), 'open, and a destination of its route never heard of it').toEqual([])
          await run.resolveAll()
          await run.quieten(Infinity)
          await checkQuiet(run)
        }),
      ),
      { numRuns: options.numRuns, interruptAfterTimeLimit: 120_000 },
    )
  })
})

/** What holds after every single operation. */
async function checkNow({ rig, receivers }: RandomRun): Promise<void> {
  expect(receivers.wrong).toEqual([])
  const perGroup = [...rig.store.outbox.everyPending()].map((n) => `${n.groupId} to ${n.destinationId}`)
  expect(perGroup, 'at most one live notification per group and destination').toEqual([...new Set(perGroup)])
  for (const { id, members, state } of rig.store.groups.everyLife()) {
    const live = [...state.told.values()].some((told) => told.live !== null)
    expect(members.size > 0 || live, `group ${id} lives for somebody`).toBe(true)
  }
  for (const { message, destination } of rig.sending) {
    const pending = rig.store.outbox.pending(destination.id, message.notificationId)
    expect(pending, `notification ${message.notificationId}, which is being sent`).toBeDefined()
  }
}

/** Open episodes and the destinations of their present routes that should know and do not. */
function untold({ rig, receivers }: RandomRun): string[] {
  const open = [...rig.store.episodes.everyLive()].filter(({ status }) => status === 'open')
  return open.flatMap((episode) => {
    const labels = labelsFromText(episode.labelsText)
    const own = episode.sourceId === rig.store.ownSourceId
    const { placements } = own ? rig.routing.placeOwn(labels) : rig.routing.place(labels)
    const destinations = placements.flatMap(
      ({ team, route, about }) => rig.routing.config(team, route.id, about).destinations,
    )
    return destinations.flatMap(({ id }) => {
      const { firing, doubtful, refused } = receivers.heard(id, episode.id)
      const known = firing > 0 || doubtful || refused || isGivenUp(rig, episode, id)
      return known ? [] : [`episode ${episode.id} to destination ${id}`]
    })
  })
}

/** What was to tell of it waited too long; it is tried again after repeat_interval. */
function isGivenUp({ store }: RandomRun['rig'], { memberships }: Episode, destinationId: number): boolean {
  return memberships.some(({ groupId, joined }) => {
    const group = [...store.groups.everyLife()].find(({ id }) => id === groupId)
    return (joined ?? 0) <= (group?.state.told.get(destinationId)?.deadUpto ?? 0)
  })
}

/** What holds once everything is over and everybody could be reached. */
async function checkQuiet({ rig, receivers }: RandomRun): Promise<void> {
  expect(receivers.wrong).toEqual([])
  expect(receivers.believedFiring(), 'heard the beginning, never the end').toEqual([])
  expect(rig.store.groups.countDebts()).toBe(0)
  expect(rig.store.groups.count()).toBe(0)
  expect([...rig.store.outbox.everyPending()]).toEqual([])
  const sentTooLate = await rig.db.reader.all(sql`
    select notification_id from attempt join notification n on n.id = notification_id
    where n.state = 'superseded' and attempt.started_at > n.settled_at`)
  expect(sentTooLate, 'superseded notifications that were sent').toEqual([])
}
