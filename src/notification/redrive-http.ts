/** Dead letters over HTTP: one, or all of a destination, tried again with what is true now. */
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { ApiError } from '../errors.ts'
import { everyDestination, notificationsByIds } from '../history/notification-store.ts'
import type { App } from '../http/feature.ts'
import { inScope, type TeamScope } from '../team/scope.ts'
import type { Redriven } from './redrive.ts'

export interface RedriveDeps {
  /** Committed state. */
  readonly reader: Queryable
  readonly redrive: (dead: { groupId: number; destinationId: number }) => Promise<Redriven>
  readonly redriveAll: (destinationId: number) => Promise<number>
  /** There may be something to send. */
  readonly wake: () => void
}

const params = z.object({ id: z.coerce.number().int().positive() })

/** `POST /api/v1/notifications/{id}/redrive` and `POST /api/v1/destinations/{id}/redrive`. */
export function redriveRoutes(app: App, { reader, redrive, redriveAll, wake }: RedriveDeps): void {
  const isOf = async (teams: TeamScope, destinationId: number) => {
    const destination = (await everyDestination(reader)).get(destinationId)
    return destination !== undefined && inScope(teams, destination.team)
  }
  app.post(
    '/api/v1/notifications/:id/redrive',
    {
      config: { policy: { verb: 'edit', perTeam: true } },
      schema: {
        summary: 'Try a dead notification again with what is true now',
        tags: ['notifications'],
        params,
        response: {
          200: z
            .object({
              notificationId: z.int().nullable().describe('What is sent now; null when nothing is left to say.'),
            })
            .meta({ id: 'Redriven' }),
        },
      },
    },
    async ({ params: { id }, caller }) => {
      const [row] = await notificationsByIds(reader, [id])
      if (row === undefined || !(await isOf(caller.teams, row.destinationId))) {
        throw new ApiError('not_found', `There is no notification ${id}; it may have been removed after its retention.`)
      }
      if (row.state !== 'dead') {
        throw new ApiError('conflict', `Notification ${id} is ${row.state}; only a dead one can be tried again.`)
      }
      const redriven = await redrive(row)
      wake()
      return redriven
    },
  )
  app.post(
    '/api/v1/destinations/:id/redrive',
    {
      config: { policy: { verb: 'edit', perTeam: true } },
      schema: {
        summary: 'Try everything again that a destination was never told',
        tags: ['notifications'],
        params,
        response: {
          200: z.object({ groups: z.int().describe('How many have something to say.') }).meta({ id: 'RedrivenGroups' }),
        },
      },
    },
    async ({ params: { id }, caller }) => {
      if (!(await isOf(caller.teams, id))) throw new ApiError('not_found', `There is no destination ${id}.`)
      const groups = await redriveAll(id)
      wake()
      return { groups }
    },
  )
}
