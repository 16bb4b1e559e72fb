/** How one destination fares: what waits for it, since when, what holds it back, and when all of it will be through. */
import type { Pace } from '../channel/channel.ts'
import { type CircuitState, circuitOf } from '../notification/circuit.ts'
import type { LastAttempts } from '../notification/destination-store.ts'
import type { Claimant, Destination, Outbox } from '../notification/outbox.ts'
import { bucketOf } from '../notification/pace.ts'
import type { Routing } from '../team/routing.ts'

/** Times are epoch ms. */
export interface DestinationBacklog {
  readonly destination: Destination
  readonly circuit: CircuitState
  /** Nothing is sent before; null when no pause is on. */
  readonly pausedUntil: number | null
  readonly pace: Pace | null
  /** All that is not settled, with what is in flight. */
  readonly pending: number
  readonly inFlight: number
  readonly oldestAt: number | null
  readonly through: Through
  readonly last: LastAttempts
}

/** When everything that waits now will have been sent, if nothing fails; null when that cannot be told. */
export type Through = { readonly at: number; readonly unknownBecause: null } | { at: null; unknownBecause: string }

/** The ids of those that the present documents name. */
export function destinationsInForce({ teams }: Routing): ReadonlySet<number> {
  const ids = new Set<number>()
  for (const { receivers } of teams.values()) {
    for (const destinations of receivers.values()) for (const { id } of destinations) ids.add(id)
  }
  return ids
}

/** What an attempt is taken to last where none has succeeded yet. */
const USUAL_ATTEMPT_MS = 1_000

/** Looks at any of them as they are at `now`. */
export function backlogs(
  outbox: Outbox,
  claimant: Claimant,
  now: number,
): (destination: Destination) => DestinationBacklog {
  const waiting = waitingByBucket(outbox, claimant)
  return (destination) => {
    const { pace, maxInFlight } = claimant.channels[destination.channel]
    const { pending, inFlight, oldestAt } = outbox.backlog(destination.id)
    const last = outbox.destinations.lastAttempts(destination.id)
    const circuit = circuitOf(destination, now)
    const { notBefore } = destination
    const ahead = {
      ...{ circuit, notBefore, pending, pace, maxInFlight },
      waiting: pace === null ? 0 : (waiting.get(bucketOf(pace, destination)) ?? 0),
      paceFullAt: outbox.paceFullAt(claimant, destination, now) ?? 0,
      attemptMs: last.delivered?.tookMs ?? USUAL_ATTEMPT_MS,
    }
    const pausedUntil = notBefore > now ? notBefore : null
    const through = throughAt(ahead, now)
    return { destination, circuit, pausedUntil, pace, pending, inFlight, oldestAt, through, last }
  }
}

/** What waits for all that share a pace. */
function waitingByBucket(outbox: Outbox, { channels }: Claimant): ReadonlyMap<string, number> {
  const waiting = new Map<string, number>()
  for (const destination of outbox.destinations.every()) {
    const { pace } = channels[destination.channel]
    const { pending, inFlight } = outbox.backlog(destination.id)
    if (pace === null || pending === inFlight) continue
    const bucket = bucketOf(pace, destination)
    waiting.set(bucket, (waiting.get(bucket) ?? 0) + pending - inFlight)
  }
  return waiting
}

/** What `throughAt` reckons with. `waiting`: not yet in flight, of all that share its pace. */
export interface Ahead {
  readonly circuit: CircuitState
  readonly notBefore: number
  readonly pending: number
  readonly waiting: number
  readonly pace: Pace | null
  readonly paceFullAt: number
  readonly maxInFlight: number
  readonly attemptMs: number
}

/** The later of two: when its pace lets the last one go, and when attempts as long as the last good one have ended. */
export function throughAt(ahead: Ahead, now: number): Through {
  const { circuit, notBefore, pending, waiting, pace, paceFullAt, maxInFlight, attemptMs } = ahead
  if (pending === 0) return { at: null, unknownBecause: 'nothing waits' }
  if (circuit !== 'closed') {
    const probe = notBefore > now ? `again at ${new Date(notBefore).toISOString()}` : 'with one message now'
    return { at: null, unknownBecause: `it does not take anything at present; it is tried ${probe}` }
  }
  const from = Math.max(now, notBefore)
  const attempts = from + Math.ceil(pending / maxInFlight) * attemptMs
  if (pace === null || waiting === 0) return { at: attempts, unknownBecause: null }
  const lastMayGo = Math.max(from, Math.max(paceFullAt, from) + (waiting - pace.burst) * pace.everyMs)
  return { at: Math.max(attempts, lastMayGo + attemptMs), unknownBecause: null }
}
