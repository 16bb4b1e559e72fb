/** Dead letters tried again: not the old message is sent but what is true now. */
import { ApiError } from '../errors.ts'
import { GroupLives } from '../group/lives.ts'
import type { GroupState } from '../group/state.ts'
import type { Pipeline } from '../pipeline.ts'

/** `notificationId`: what is sent now; null when nothing is left to say. */
export interface Redriven {
  readonly notificationId: number | null
}

/**
 * Tells the destination of a dead notification the present state of its group. Rejects with `conflict` when the group is
 * over: then nobody is owed anything, and there is nothing to be true now.
 */
export function redrive(
  p: Pipeline,
  dead: { readonly groupId: number; readonly destinationId: number },
): Promise<Redriven> {
  return p.db.transaction(async (tx) => {
    const group = await p.store.groups.get(tx, dead.groupId)
    if (group === undefined) {
      throw new ApiError('conflict', 'The group of this notification is over: nothing is left to say about it.')
    }
    const groups = new GroupLives(tx, p.store, p.routing())
    await groups.redrive(group, dead.destinationId)
    await groups.save()
    return { notificationId: group.state.told.get(dead.destinationId)?.live?.id ?? null }
  })
}

/** Groups redriven in one transaction, so that requests get their turn in between. */
const BATCH = 200

/** The same for every group that has given up on a destination; returns how many have something to say. */
export async function redriveAll(p: Pipeline, destinationId: number): Promise<number> {
  const given = [...p.store.groups.everyLife()].filter(({ state }) => isGivenUp(state, destinationId))
  const ids = given.map(({ id }) => id)
  let redriven = 0
  for (let start = 0; start < ids.length; start += BATCH) {
    await p.db.transaction(async (tx) => {
      const groups = new GroupLives(tx, p.store, p.routing())
      for (const id of ids.slice(start, start + BATCH)) {
        const group = await p.store.groups.get(tx, id)
        if (group === undefined || !isGivenUp(group.state, destinationId)) continue
        if (await groups.redrive(group, destinationId)) redriven++
      }
      await groups.save()
    }, BATCH)
  }
  return redriven
}

function isGivenUp({ told }: GroupState, destinationId: number): boolean {
  return (told.get(destinationId)?.deadUpto ?? 0) > 0
}
