/** How every destination fares at one moment, in numbers: what the gauges show. */
import type { ChannelName } from '../channel/channel.ts'
import { type CircuitState, circuitOf } from '../notification/circuit.ts'
import type { Store } from '../store.ts'
import type { Routing } from '../team/routing.ts'
import { destinationsInForce } from './backlog.ts'

export interface DestinationState {
  readonly id: number
  readonly team: string
  readonly receiver: string
  readonly channel: ChannelName
  readonly circuit: CircuitState
  /** All that is not settled, with what is in flight. */
  readonly pending: number
  readonly inFlight: number
  /** Since the oldest pending one was decided; 0 when none is. */
  readonly oldestPendingMs: number
  /** The same from the end of the last pause on; 0 during one. */
  readonly oldestDueMs: number
  /** Groups that still live and that it was given up on for. */
  readonly deadLetters: number
}

/** Those of the documents in force, and those that are gone while something waits for them. */
export function* destinationStates(store: Store, routing: Routing, now: number): Iterable<DestinationState> {
  const inForce = destinationsInForce(routing)
  const dead = deadLetters(store)
  for (const destination of store.outbox.destinations.every()) {
    const { id, team, receiver, channel, notBefore } = destination
    const { pending, inFlight, oldestAt } = store.outbox.backlog(id)
    if (!inForce.has(id) && pending === 0) continue
    const since = (at: number) => (oldestAt === null ? 0 : Math.max(0, now - at))
    yield {
      ...{ id, team, receiver, channel, pending, inFlight },
      circuit: circuitOf(destination, now),
      oldestPendingMs: since(oldestAt ?? now),
      oldestDueMs: since(Math.max(oldestAt ?? now, notBefore)),
      deadLetters: dead.get(id) ?? 0,
    }
  }
}

/** By destination: the living groups that were given up on for it and that it has not been told of since. */
function deadLetters({ groups }: Store): ReadonlyMap<number, number> {
  const dead = new Map<number, number>()
  for (const { state } of groups.everyLife()) {
    for (const [id, { deadUpto, firingUpto, resolvedUpto }] of state.told) {
      if (deadUpto > Math.max(firingUpto, resolvedUpto)) dead.set(id, (dead.get(id) ?? 0) + 1)
    }
  }
  return dead
}
