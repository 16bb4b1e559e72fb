/** The outbox: what is pending per destination, who may send it, and what became of it. Memory in front of the tables. */
import type { Channel, ChannelName, Pace, Receipt } from '../channel/channel.ts'
import type { Tx } from '../db/database.ts'
import type { Settled } from '../group/group.ts'
import { isBroken } from './circuit.ts'
import { Deadlines } from './deadlines.ts'
import { ATTEMPT_DEADLINE_MS, DestinationStore } from './destination-store.ts'
import { failuresAfter, outcomeFor } from './outcome.ts'
import { Buckets, bucketOf } from './pace.ts'
import { pauseEnd } from './retry.ts'
import {
  callUnfinishedUnknown,
  type Destination,
  finishAttempt,
  insertAttempt,
  insertNotification,
  type NewNotification,
  type PendingNotification,
  pendingNotifications,
  saveOutcome,
  supersedeNotification,
} from './store.ts'
import { type Backlog, NotificationWorkingSet } from './working-set.ts'

export { ATTEMPT_DEADLINE_MS, LEASE_MS } from './destination-store.ts'
export type { Destination, PendingNotification } from './store.ts'

/** Who claims, and how its channels want to be spoken to. */
export interface Claimant {
  readonly owner: string
  readonly channels: Readonly<Record<ChannelName, Pick<Channel, 'maxInFlight' | 'pace'>>>
}

/** A destination with something to send and a free slot. `turn`: the id of the notification that comes first. */
interface Open {
  readonly destination: Destination
  readonly slots: number
  readonly turn: number
  /** Epoch ms; in the past if now. */
  readonly readyAt: number
}

/** One notification to send now, under the lease that `fence` stands for. */
export interface Claim {
  readonly notification: PendingNotification
  readonly destination: Destination
  /** Number of this attempt, from 1. */
  readonly attempt: number
  /** When it was claimed, epoch ms. */
  readonly at: number
  readonly fence: number
  /** The destination's failures in a row when this was claimed: attempts that fail side by side are one failure. */
  readonly failures: number
  /** The pace that it was counted against. */
  readonly pace: Pace | null
}

export class Outbox {
  readonly destinations = new DestinationStore()
  private readonly waiting = new NotificationWorkingSet()
  private readonly buckets = new Buckets()
  private deadlines = new Deadlines<PendingNotification>()

  /** Reads what is pending. `afterCrash`: this process is the only one, so attempts under way are nobody's any more. */
  async load(tx: Tx, afterCrash: boolean): Promise<void> {
    if (afterCrash) await callUnfinishedUnknown(tx)
    await this.destinations.load(tx, afterCrash)
    this.waiting.clear()
    this.deadlines = new Deadlines<PendingNotification>()
    if (afterCrash) {
      this.waiting.forgetUnderWay()
      this.buckets.start(this.destinations.lastUsedAt())
    }
    for (const notification of await pendingNotifications(tx)) this.queue(notification)
  }

  private queue(notification: PendingNotification): void {
    this.waiting.add(notification)
    this.deadlines.add(notification, () => this.everyPending())
  }

  ensureDestination(tx: Tx, identity: Parameters<DestinationStore['ensure']>[1]): Promise<Destination> {
    return this.destinations.ensure(tx, identity)
  }

  destination(id: number): Destination {
    return this.destinations.get(id)
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
    this.waiting.remove(destinationId, id)
  }

  pending(destinationId: number, id: number): PendingNotification | undefined {
    return this.waiting.get(destinationId, id)
  }

  /** It has failed again and again. */
  isDown(destinationId: number): boolean {
    return isBroken(this.destination(destinationId).failures)
  }

  /** Lets a message whose patience has ended look for a fallback once more: the documents may name one now. */
  async impatient(tx: Tx, pending: PendingNotification): Promise<void> {
    if (pending.fallbackAt !== null) return
    pending.fallbackAt = tx.now
    this.deadlines.putOff(pending, tx.now)
    await saveOutcome(tx, pending, 'pending')
  }

  isWaitedFor(destinationId: number): boolean {
    return this.waiting.has(destinationId)
  }

  everyPending(): Iterable<PendingNotification> {
    return this.waiting.every()
  }

  everyUnderWay(): Iterable<PendingNotification> {
    return this.waiting.everyUnderWay()
  }

  backlog(destinationId: number): Backlog {
    return this.waiting.backlog(destinationId)
  }

  /** When this destination's pace lets as many again at once as it ever does, epoch ms; null for one without. */
  paceFullAt({ channels }: Claimant, destination: Destination, now: number): number | null {
    const { pace } = channels[destination.channel]
    return pace === null ? null : this.buckets.fullAt(pace, bucketOf(pace, destination), now)
  }

  /**
   * Claims what may be sent now: in turn, per destination as many at once as its channel allows, one if it fails. What
   * a rolled-back claim took of a pace stays spent: that delays, and never sends too early.
   */
  async claim(tx: Tx, claimant: Claimant): Promise<Claim[]> {
    const claims: Claim[] = []
    const ready = [...this.open(tx.now, claimant)].filter(({ readyAt }) => readyAt <= tx.now)
    // Destinations may share a pace: whose message was decided first goes first.
    for (const { destination, slots } of ready.sort((a, b) => a.turn - b.turn)) {
      const { pace } = claimant.channels[destination.channel]
      if (pace !== null && this.buckets.readyAt(pace, bucketOf(pace, destination), tx.now) > tx.now) continue
      if (!(await this.destinations.lease(tx, destination, claimant.owner))) continue
      const { fence, failures } = destination
      for (const notification of this.waiting.next(destination.id, slots)) {
        if (pace !== null && !this.buckets.take(pace, bucketOf(pace, destination), tx.now)) break
        notification.attempts++
        await insertAttempt(tx, notification.id, notification.attempts, fence)
        claims.push({ notification, destination, attempt: notification.attempts, at: tx.now, fence, failures, pace })
      }
    }
    return claims
  }

  /** Marks committed claims as under way; until `ended` their slots are taken. */
  started(claims: readonly Claim[]): void {
    for (const { destination, notification } of claims) this.waiting.begin(destination.id, notification.id)
  }

  /** When the next notification has waited too long, epoch ms; null when none waits. */
  nextDeadlineAt(): number | null {
    return this.deadlines.nextAt()
  }

  /** Those that have waited too long for what they are, each as often as it passes a deadline. */
  takeOverdue(now: number, limit: number): PendingNotification[] {
    return this.deadlines.take(now, limit, (destinationId, id) => {
      const pending = this.pending(destinationId, id)
      const isOver = pending?.giveUpAt != null && pending.giveUpAt <= now
      if (pending === undefined || !isOver || !this.waiting.isUnderWay(destinationId, id)) return pending
      this.deadlines.putOff(pending, now + ATTEMPT_DEADLINE_MS)
      return undefined
    })
  }

  /** Notes that its fallback was told, or that there is none. */
  async fellBack(tx: Tx, pending: PendingNotification): Promise<void> {
    pending.fallbackAt = null
    await saveOutcome(tx, pending, 'pending')
  }

  /** Ends one that has waited too long. */
  async giveUp(tx: Tx, pending: PendingNotification): Promise<Settled> {
    await saveOutcome(tx, pending, 'dead')
    this.waiting.remove(pending.destinationId, pending.id)
    return pending.inDoubt ? 'dead-in-doubt' : 'dead'
  }

  /** Frees the slot of an attempt whose settlement is committed. */
  ended(claim: Claim): void {
    this.waiting.end(claim.destination.id, claim.notification.id)
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
    const failures = failuresAfter(destination.failures, claim.failures, receipt)
    const notBefore = Math.max(destination.notBefore, retryAt ?? 0)
    await this.destinations.fares(tx, destination, failures, notBefore)
    if (claim.pace !== null && retryAt !== null && receipt.retryAfterMs !== null) {
      this.buckets.hold(claim.pace, bucketOf(claim.pace, destination), retryAt)
    }
    const { outcome, status, detail } = receipt
    this.destinations.note(destination.id, { at: tx.now, tookMs: tx.now - claim.at, outcome, status, detail })
    const settled = outcomeFor(pending.inDoubt, receipt)
    pending.inDoubt = settled === 'in-doubt' || (settled === 'dead-in-doubt' && pending.inDoubt)
    if (receipt.outcome !== 'delivered') pending.lateBecause = receipt.detail
    const state = settled === 'delivered' ? 'delivered' : settled.startsWith('dead') ? 'dead' : 'pending'
    await saveOutcome(tx, pending, state)
    // Behind the others: one message that always fails must not hold up all that wait for the same destination.
    if (state === 'pending') this.waiting.putLast(pending)
    else this.waiting.remove(destination.id, pending.id)
    return settled
  }

  /** Is there anything that may be sent now? */
  hasWaiting(now: number, claimant: Claimant): boolean {
    for (const { readyAt } of this.open(now, claimant)) if (readyAt <= now) return true
    return false
  }

  /** When the next destination that must wait may be tried, epoch ms after `now`; null when none must. */
  nextReadyAt(now: number, claimant: Claimant): number | null {
    let next: number | null = null
    for (const { readyAt } of this.open(now, claimant)) {
      if (readyAt > now && (next === null || readyAt < next)) next = readyAt
    }
    return next
  }

  /** Destinations with something to send and a free slot; the end of an attempt frees the others. */
  private *open(now: number, claimant: Claimant): Iterable<Open> {
    for (const { destinationId, underWay, turn } of this.waiting.waiting()) {
      const destination = this.destination(destinationId)
      const slots = (destination.failures > 0 ? 1 : claimant.channels[destination.channel].maxInFlight) - underWay
      if (slots > 0) yield { destination, slots, turn, readyAt: this.readyAt(destination, claimant, now) }
    }
  }

  /** Until then a pause, somebody else's lease or an empty bucket stands in the way. */
  private readyAt(destination: Destination, { owner, channels }: Claimant, now: number): number {
    const { notBefore, leaseOwner, leaseUntil, channel } = destination
    const { pace } = channels[channel]
    const paced = pace === null ? 0 : this.buckets.readyAt(pace, bucketOf(pace, destination), now)
    return Math.max(pauseEnd(notBefore, now), leaseOwner === owner ? 0 : leaseUntil, paced)
  }

  /** An attempt whose end cannot be written down may have arrived. */
  doubt({ notification, destination }: Claim): void {
    const pending = this.pending(destination.id, notification.id)
    if (pending !== undefined) pending.inDoubt = true
  }

  countPending(): number {
    return this.waiting.countPending()
  }

  countUnderWay(): number {
    return this.waiting.countUnderWay()
  }
}
