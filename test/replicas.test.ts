/** Two replicas tell the same true lives in any order: what is open, since when, and what receivers believe is the truth. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labelsFromText } from '../src/alert/labels.ts'
import { RandomRun } from './random-run.ts'
import { defaultDocument, openRig, type Posted } from './rig.ts'
import { stores } from './stores.ts'

interface Life {
  readonly startsAt: number
  /** Null for one that goes on. */
  readonly endsAt: number | null
}

const names = ['Down', 'Slow', 'Full']

/** Up to three lives one after the other; only the last may go on. */
const history = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([spans, goesOn]): Life[] => {
    let now = 1_000
    return spans.map(([pause, length], i) => {
      const startsAt = now + pause
      now = startsAt + length
      return { startsAt, endsAt: goesOn && i === spans.length - 1 ? null : now }
    })
  })

/** One replica says of a life that it began, perhaps again, and that it ended. */
function tellings(alertname: string, lives: readonly Life[]): Posted[] {
  const labels = { alertname }
  return lives.flatMap(({ startsAt, endsAt }) => [
    { labels, startsAt },
    { labels, startsAt },
    ...(endsAt === null ? [] : [{ labels, startsAt, endsAt }]),
  ])
}

const story = fc.tuple(history, history, history).chain((histories) => {
  const told = histories.flatMap((lives, i) => [1, 2].flatMap(() => tellings(names[i] ?? '', lives)))
  const order = fc.shuffledSubarray(told, { minLength: told.length, maxLength: told.length })
  // What the router does after each webhook: nothing, or all that is due.
  return fc.record({
    histories: fc.constant(histories),
    order,
    works: fc.array(fc.boolean(), { maxLength: told.length }),
  })
})

describe.each(stores)('$name', (store) => {
  it('ends in the truth, whatever came first', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ histories, order, works }) => {
        const rig = await openRig(store)
        try {
          const run = new RandomRun(rig)
          const waiting = defaultDocument.replace('group_wait: 0s', 'group_wait: 2s')
          await rig.documents({ default: waiting })
          for (const [i, alert] of order.entries()) {
            await rig.advance(1_000)
            await rig.post(alert)
            if (works[i]) await run.quieten(0)
          }
          await run.quieten(10 * 60_000)
          const going = histories.flatMap((lives, i) =>
            lives.flatMap(({ startsAt, endsAt }) => (endsAt === null ? [`${names[i]} since ${startsAt}`] : [])),
          )
          const live = new Map([...rig.store.episodes.everyLive()].map((episode) => [episode.id, episode]))
          const open = [...live.values()].filter(({ status }) => status === 'open')
          const text = ({ labelsText, startsAt }: (typeof open)[number]) =>
            `${labelsFromText(labelsText).alertname} since ${startsAt}`
          expect(open.map(text).sort(), 'open').toEqual(going.sort())
          const believed = run.receivers.believedFiring().flatMap(({ episodeId }) => live.get(episodeId) ?? [])
          expect(believed.map(text).sort(), 'believed firing').toEqual(going)
          expect(run.receivers.wrong).toEqual([])
        } finally {
          await rig.close()
        }
      }),
      { numRuns: 200, interruptAfterTimeLimit: 120_000 },
    )
  })
})
