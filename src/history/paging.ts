/** Pages of lists that are newest first: opaque cursors over dense ids, and a walk that never looks at too many rows. */
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { ApiError } from '../errors.ts'

/** Rows looked at for one request; what is rarer than that comes on later pages. */
export const MOST_SCANNED = 50_000

/** Rows looked at before other requests get their turn: 1 to 4 ms. */
const CHUNK = 1_000
const SMALLEST_CHUNK = 100

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most rows of a page.'),
  cursor: z.string().max(100).optional().describe('The next_cursor of the page before.'),
}

export const nextCursor = z
  .string()
  .nullable()
  .describe('Ask again with this cursor. A page may be short, even empty, before the last: follow it until it is null.')

/** `list` is the name of the list, so that a cursor of another one is refused. */
export function cursorText(list: string, below: number | null): string | null {
  return below === null ? null : Buffer.from(`${list}:${below}`).toString('base64url')
}

/** The id below which the page begins. */
export function cursorId(list: string, cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  const [name, id = ''] = Buffer.from(cursor, 'base64url').toString().split(':')
  if (name === list && /^\d{1,15}$/.test(id)) return Number(id)
  throw new ApiError('invalid', `This cursor is not one of this list; ask without cursor to begin with the newest.`)
}

/** A stretch of ids that holds `rows` candidates, down to and including `low`. */
export interface Chunk {
  readonly low: number
  readonly rows: number
}

/** A table walked by id, downwards. */
export interface Walked<Row> {
  /** The next stretch below `below` of at most `size` candidates; null when there is none. */
  readonly chunk: (below: number, size: number) => Promise<Chunk | null>
  /** What fits among the ids from `low` to below `below`, highest first, as far as the database can tell. */
  readonly find: (low: number, below: number) => Promise<Row[]>
  /** The part of the filter that the database cannot check. */
  readonly accepts: (row: Row) => boolean
}

/** Ids of a page, highest first, and below which id the next page begins; null at the end. */
export interface IdPage {
  readonly ids: readonly number[]
  readonly below: number | null
}

/** Looks at stretches from `below` downwards until the page is full, the table ends or enough rows were looked at. */
export async function walkDown<Row extends { readonly id: number }>(
  walked: Walked<Row>,
  from: number,
  limit: number,
): Promise<IdPage> {
  const ids: number[] = []
  let below = from
  let size = Math.max(SMALLEST_CHUNK, limit)
  for (let scanned = 0; scanned < MOST_SCANNED; ) {
    const chunk = await walked.chunk(below, size)
    if (chunk === null) return { ids, below: null }
    for (const row of await walked.find(chunk.low, below)) {
      if (!walked.accepts(row)) continue
      ids.push(row.id)
      if (ids.length < limit) continue
      const more = row.id > chunk.low || (await walked.chunk(row.id, 1)) !== null
      return { ids, below: more ? row.id : null }
    }
    scanned += chunk.rows
    below = chunk.low
    size = Math.min(CHUNK, size * 2)
    await setImmediate()
  }
  return { ids, below }
}
