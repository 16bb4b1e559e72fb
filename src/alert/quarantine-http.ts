/** What could not be understood, over HTTP: the evidence for whoever repairs the sender. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { time, timeText } from '../history/json.ts'
import { cursorId, cursorText, nextCursor, pageQuery } from '../history/paging.ts'
import type { App } from '../http/feature.ts'
import { quarantinePage } from './store.ts'

const page = z
  .object({
    quarantined: z.array(
      z.object({
        id: z.int(),
        source: z.string(),
        receivedAt: time,
        reason: z.string(),
        body: z.string().describe('The alert, or the whole body, as it came; at most 64 KiB. Untrusted.'),
      }),
    ),
    next_cursor: nextCursor,
  })
  .meta({ id: 'QuarantinePage' })

/** `GET /api/v1/quarantine`: it belongs to no team, as nobody could read whose it is. */
export function quarantineRoutes(app: App, { reader }: { readonly reader: Queryable }): void {
  app.get(
    '/api/v1/quarantine',
    {
      config: { policy: { verb: 'read' } },
      schema: {
        summary: 'What could not be understood, newest first',
        tags: ['alerts'],
        querystring: z.object(pageQuery),
        response: { 200: page },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const rows = await quarantinePage(reader, cursorId('quarantine', cursor), limit + 1)
      const shown = rows.slice(0, limit)
      return {
        quarantined: shown.map((row) => ({ ...row, receivedAt: timeText(row.receivedAt) })),
        next_cursor: cursorText('quarantine', rows.length > limit ? (shown.at(-1)?.id ?? null) : null),
      }
    },
  )
}
