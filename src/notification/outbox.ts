/** The outbox: what is pending per destination, who may send it, and what became of it. Memory in front of the tables. */
import type { ChannelName, Receipt } from '../channel/channel.ts'
import type { Tx } from '../db/database.ts'
import type { Settled } from '../group/group.ts'
import {
  allDestinations,
  callUnfinishedUnknown,
  type Destination,
  finishAttempt,
  insertAttempt,
  insertDestination,
  insertNotification,
  type NewNotification,
  type PendingNotification,
  pendingNotifications,
  releaseLeases,
  saveOutcome,
  supersedeNotification,
  updateDestination,
} from './store.ts'

export type { Destination, PendingNotification } from './store.ts'

/** How long a destination belongs to one sender; an attempt's deadline (10 s) must fit into what is left of it. */
export const LEASE_MS = 15_000
export const ATTEMPT_DEADLINE_MS = 10_000

/** One notification to send now, under the lease that `fence` stands for. */
export interface Claim {
  readonly notification: PendingNotification
  readonly destination: Destination
  /** Number of this attempt, from 1. */
  readonly attempt: number
  readonly fence: number
  /** The destination's failures in a row when this was claimed: attempts that fail side by side are one failure. */
  readonly failures: number
}

export class Outbox {
  private destinations = new Map<number, Destination>()
  private ids = new Map<string, number>()
  private queues = new Map<number, Map<number, PendingNotification>>()
  private underWay = new Map<number, Set<number>>()

  /** Reads what is pending. `afterCrash`: this process is the only one, so attempts under way are nobody's any more. */
  async load(tx: Tx, afterCrash: boolean): Promise<void> {
    if (afterCrash) {
      await callUnfinishedUnknown(tx)
      await releaseLeases(tx)
    }
    this.destinations = new Map((await allDestinations(tx)).map((d) => [d.id, d]))
    this.queues.clear()
    this.ids = new Map([...this.destinations.values()].map((d) => [identityText(d), d.id]))
    if (afterCrash) this.underWay.clear()
    for (const notification of await pendingNotifications(tx)) this.queue(notification)
  }

  private queue(notification: PendingNotification): void {
    const queue = this.queues.get(notification.destinationId)
    if (queue === undefined) this.queues.set(notification.destinationId, new Map([[notification.id, notification]]))
    else queue.set(notification.id, notification)
  }

  /** The destination of this identity, made if it is new, and remembered as part of document `versionId`. */
  async ensureDestination(
    tx: Tx,
    identity: Pick<Destination, 'team' | 'receiver' | 'channel' | 'reference' | 'versionId'>,
  ): Promise<Destination> {
    const known = this.destinations.get(this.ids.get(identityText(identity)) ?? 0)
    if (known !== undefined) {
      if (known.versionId !== identity.versionId) {
        known.versionId = identity.versionId
        await updateDestination(tx, known)
      }
      return known
    }
    const id = await insertDestination(tx, identity)
    const { team, receiver, channel, reference, versionId } = identity
    const fresh = { failures: 0, notBefore: 0, leaseOwner: null, leaseUntil: 0, fence: 0 }
    const destination: Destination = { id, team, receiver, channel, reference, versionId, ...fresh }
    this.destinations.set(id, destination)
    this.ids.set(identityText(destination), id)
    return destination
  }

  destination(id: number): Destination {
    const destination = this.destinations.get(id)
    if (destination === undefined) throw new Error(`no destination ${id}`)
    return destination
  }

  async enqueue(tx: Tx, notification: NewNotification): Promise<PendingNotification> {
    const id = await insertNotification(tx, notification)
    const { fromFiring: _, fromResolved: __, ...kept } = notification
    const pending: PendingNotification = { ...kept, id, attempts: 0, inDoubt: false }
    this.queue(pending)
    return pending
  }

  /** Takes a waiting notification out in favour of a newer one; null when there is nothing left to say. */
  async supersede(tx: Tx, destinationId: number, id: number, by: number | null): Promise<void> {
    await supersedeNotification(tx, id, by)
    this.queues.get(destinationId)?.delete(id)
  }

  pending(destinationId: number, id: number): PendingNotification | undefined {
    return this.queues.get(destinationId)?.get(id)
  }

  *everyPending(): Iterable<PendingNotification> {
    for (const queue of this.queues.values()) yield* queue.values()
  }

  /** Claims what may be sent now: per destination the oldest first, as many at once as its channel allows, one if it fails. */
  async claim(tx: Tx, owner: string, maxInFlight: (channel: ChannelName) => number): Promise<Claim[]> {
    const claims: Claim[] = []
    for (const [destinationId, queue] of this.queues) {
      if (queue.size === 0) continue
      const destination = this.destination(destinationId)
      if (destination.notBefore > tx.now) continue
      const underWay = this.underWayTo(destinationId)
      const { failures } = destination
      const slots = (failures > 0 ? 1 : maxInFlight(destination.channel)) - underWay.size
      if (slots <= 0 || underWay.size === queue.size || !(await this.lease(tx, destination, owner))) continue
      for (const notification of firstWaiting(queue, underWay, slots)) {
        notification.attempts++
        await insertAttempt(tx, notification.id, notification.attempts, destination.fence)
        claims.push({ notification, destination, attempt: notification.attempts, fence: destination.fence, failures })
      }
    }
    return claims
  }

  /** Marks committed claims as under way; until `ended` their slots are taken. */
  started(claims: readonly Claim[]): void {
    for (const { destination, notification } of claims) this.underWayTo(destination.id).add(notification.id)
  }

  /** Frees the slot of an attempt whose settlement is committed. */
  ended(claim: Claim): void {
    this.underWayTo(claim.destination.id).delete(claim.notification.id)
  }

  /** Takes or renews the lease so that a whole attempt fits into it; false while somebody else holds it. */
  private async lease(tx: Tx, destination: Destination, owner: string): Promise<boolean> {
    const mine = destination.leaseOwner === owner
    if (mine && destination.leaseUntil >= tx.now + ATTEMPT_DEADLINE_MS) return true
    if (!mine && destination.leaseUntil > tx.now) return false
    if (!mine) destination.fence++
    destination.leaseOwner = owner
    destination.leaseUntil = tx.now + LEASE_MS
    await updateDestination(tx, destination)
    return true
  }

  /**
   * Writes down how an attempt ended. Returns what became of the notification, or null when the lease was lost
   * meanwhile and the result no longer counts. `retryAt` is when the destination may be tried again.
   */
  async settle(tx: Tx, claim: Claim, receipt: Receipt, retryAt: number | null): Promise<Settled | null> {
    const { notification, attempt } = claim
    const destination = this.destination(notification.destinationId)
    const pending = this.pending(destination.id, notification.id)
    if (destination.fence !== claim.fence || pending === undefined) return null
    await finishAttempt(tx, pending.id, attempt, receipt, retryAt)
    const failures = receipt.outcome === 'delivered' ? 0 : Math.max(destination.failures, claim.failures + 1)
    const notBefore = Math.max(destination.notBefore, retryAt ?? 0)
    if (failures !== destination.failures || notBefore !== destination.notBefore) {
      destination.failures = failures
      destination.notBefore = notBefore
      await updateDestination(tx, destination)
    }
    const settled = becomes(pending, receipt)
    pending.inDoubt = settled === 'in-doubt' || (settled === 'dead-in-doubt' && pending.inDoubt)
    if (receipt.outcome !== 'delivered') pending.lateBecause = receipt.detail
    const state = settled === 'delivered' ? 'delivered' : settled.startsWith('dead') ? 'dead' : 'pending'
    await saveOutcome(tx, pending, state)
    if (state !== 'pending') this.queues.get(destination.id)?.delete(pending.id)
    return settled
  }

  /** Is there anything that may be sent now, as far as slots are known here? */
  hasWaiting(now: number): boolean {
    for (const [destinationId, queue] of this.queues) {
      if (queue.size > this.underWayTo(destinationId).size && this.destination(destinationId).notBefore <= now)
        return true
    }
    return false
  }

  /** When a paused destination, or one that somebody else holds, may be tried next, epoch ms after `now`; null when none is. */
  nextReadyAt(now: number, owner: string): number | null {
    let next: number | null = null
    for (const [destinationId, queue] of this.queues) {
      if (queue.size <= this.underWayTo(destinationId).size) continue
      const { notBefore, leaseOwner, leaseUntil } = this.destination(destinationId)
      const readyAt = leaseOwner === owner ? notBefore : Math.max(notBefore, leaseUntil)
      if (readyAt > now && (next === null || readyAt < next)) next = readyAt
    }
    return next
  }

  /** An attempt whose end cannot be written down may have arrived. */
  doubt({ notification, destination }: Claim): void {
    const pending = this.pending(destination.id, notification.id)
    if (pending !== undefined) pending.inDoubt = true
  }

  *everyUnderWay(): Iterable<PendingNotification> {
    for (const [destinationId, ids] of this.underWay) {
      for (const id of ids) {
        const notification = this.pending(destinationId, id)
        if (notification !== undefined) yield notification
      }
    }
  }

  countPending(): number {
    let count = 0
    for (const queue of this.queues.values()) count += queue.size
    return count
  }

  /** How long the oldest notification that could be sent has waited; 0 when none could be. */
  oldestDueAgeMs(now: number): number {
    let oldest = 0
    for (const [destinationId, queue] of this.queues) {
      const [first] = queue.values()
      if (first === undefined) continue
      oldest = Math.max(oldest, now - Math.max(first.createdAt, this.destination(destinationId).notBefore))
    }
    return oldest
  }

  countUnderWay(): number {
    let count = 0
    for (const ids of this.underWay.values()) count += ids.size
    return count
  }

  private underWayTo(destinationId: number): Set<number> {
    let ids = this.underWay.get(destinationId)
    if (ids === undefined) {
      ids = new Set()
      this.underWay.set(destinationId, ids)
    }
    return ids
  }
}

/** Once an attempt may have arrived, later failures do not take that back. */
function becomes(notification: PendingNotification, receipt: Receipt): Settled {
  switch (receipt.outcome) {
    case 'delivered':
      return 'delivered'
    case 'permanent':
      return notification.inDoubt ? 'dead-in-doubt' : 'dead'
    case 'unknown':
      return 'in-doubt'
    case 'transient':
      return notification.inDoubt ? 'in-doubt' : 'retry'
  }
}

function* firstWaiting(
  queue: ReadonlyMap<number, PendingNotification>,
  underWay: ReadonlySet<number>,
  limit: number,
): Iterable<PendingNotification> {
  let found = 0
  for (const notification of queue.values()) {
    if (found >= limit) return
    if (underWay.has(notification.id)) continue
    found++
    yield notification
  }
}

function identityText({ team, receiver, channel, reference }: DestinationIdentity): string {
  return JSON.stringify([team, receiver, channel, reference])
}

type DestinationIdentity = Pick<Destination, 'team' | 'receiver' | 'channel' | 'reference'>
