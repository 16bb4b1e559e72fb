/** The walk behind every list: whatever is asked for, each id comes once, in order, and no request looks at too much. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cursorId, cursorText, type IdPage, MOST_SCANNED, type Walked, walkDown } from '../../src/history/paging.ts'

interface Row {
  readonly id: number
  readonly good: boolean
}

/** A table in memory, with what was looked at. */
function table(rows: readonly Row[]) {
  const sorted = rows.toSorted((a, b) => b.id - a.id)
  let looked = 0
  const walked: Walked<Row> = {
    chunk: async (below, size) => {
      const stretch = sorted.filter((row) => row.id < below).slice(0, size)
      return stretch.length === 0 ? null : { low: stretch.at(-1)?.id ?? 0, rows: stretch.length }
    },
    find: async (low, below) => {
      const found = sorted.filter((row) => row.id >= low && row.id < below)
      looked += found.length
      return found
    },
    accepts: (row) => row.good,
  }
  return { walked, looked: () => looked }
}

it('finds every row that fits once, highest first, over any pages of any table', async () => {
  const rows = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 5_000 }), good: fc.boolean() }), {
    selector: (row) => row.id,
    maxLength: 400,
  })
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 60 }), async (all, limit) => {
      const { walked } = table(all)
      const seen: number[] = []
      for (let below: number | null = Number.MAX_SAFE_INTEGER; below !== null; ) {
        const page: IdPage = await walkDown(walked, below, limit)
        expect(page.ids.length).toBeLessThanOrEqual(limit)
        seen.push(...page.ids)
        below = page.below
      }
      const fitting = all.filter((row) => row.good).map((row) => row.id)
      expect(seen).toEqual(fitting.sort((a, b) => b - a))
    }),
    { numRuns: 50 },
  )
})

it('gives up a page, and says where to go on, once it has looked at enough', async () => {
  const rows = Array.from({ length: MOST_SCANNED + 5_000 }, (_, i) => ({ id: i + 1, good: i === 0 }))
  const { walked, looked } = table(rows)
  const first = await walkDown(walked, Number.MAX_SAFE_INTEGER, 50)
  expect(first.ids).toEqual([])
  expect(looked()).toBeLessThan(MOST_SCANNED + 1_000)
  expect(first.below).not.toBeNull()
  expect(await walkDown(walked, first.below ?? 0, 50)).toEqual({ ids: [1], below: null })
})

it('reads its own cursors back, and refuses those of another list', () => {
  expect(cursorId('alerts', cursorText('alerts', 17) ?? undefined)).toBe(17)
  expect(cursorText('alerts', null)).toBeNull()
  expect(() => cursorId('groups', cursorText('alerts', 17) ?? undefined)).toThrow(/not one of this list/)
})
