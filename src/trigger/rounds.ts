/** Which triggers can run at the same time. */
import { exclude } from './cause.ts'
import type { Trigger } from './triggers.ts'

/** As few rounds as taking each trigger into the first that has room gives; within one no cause excludes another. */
export function rounds(triggers: readonly Trigger[]): Trigger[][] {
  const filled: Trigger[][] = []
  for (const trigger of triggers) {
    const room = filled.find((round) => round.every(({ cause }) => !exclude(cause, trigger.cause)))
    if (room === undefined) filled.push([trigger])
    else room.push(trigger)
  }
  return filled
}
