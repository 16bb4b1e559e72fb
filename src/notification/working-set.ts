/** What waits to be sent, by destination and in its turn, and which of it is under way. Reloaded at start and after a rollback. */
import type { PendingNotification } from './store.ts'

/** One destination's share. */
export interface Backlog {
  /** All that is not settled, with what is under way. */
  readonly pending: number
  readonly inFlight: number
  /** When the oldest of it was decided, epoch ms; null when nothing is pending. */
  readonly oldestAt: number | null
}

export class NotificationWorkingSet {
  /** Only destinations for which something is pending. */
  private readonly queues = new Map<number, Map<number, PendingNotification>>()
  private readonly underWay = new Map<number, Set<number>>()

  clear(): void {
    this.queues.clear()
  }

  /** Attempts of a process that is gone are nobody's any more. */
  forgetUnderWay(): void {
    this.underWay.clear()
  }

  add(notification: PendingNotification): void {
    const { id, destinationId } = notification
    const queue = this.queues.get(destinationId)
    if (queue === undefined) this.queues.set(destinationId, new Map([[id, notification]]))
    else queue.set(id, notification)
  }

  /** Behind the others of its destination. */
  putLast(notification: PendingNotification): void {
    const queue = this.queues.get(notification.destinationId)
    if (queue?.delete(notification.id)) queue.set(notification.id, notification)
  }

  remove(destinationId: number, id: number): void {
    const queue = this.queues.get(destinationId)
    queue?.delete(id)
    if (queue?.size === 0) this.queues.delete(destinationId)
  }

  get(destinationId: number, id: number): PendingNotification | undefined {
    return this.queues.get(destinationId)?.get(id)
  }

  has(destinationId: number): boolean {
    return this.queues.has(destinationId)
  }

  *every(): Iterable<PendingNotification> {
    for (const queue of this.queues.values()) yield* queue.values()
  }

  begin(destinationId: number, id: number): void {
    const ids = this.underWay.get(destinationId)
    if (ids === undefined) this.underWay.set(destinationId, new Set([id]))
    else ids.add(id)
  }

  end(destinationId: number, id: number): void {
    const ids = this.underWay.get(destinationId)
    ids?.delete(id)
    if (ids?.size === 0) this.underWay.delete(destinationId)
  }

  isUnderWay(destinationId: number, id: number): boolean {
    return this.underWay.get(destinationId)?.has(id) ?? false
  }

  *everyUnderWay(): Iterable<PendingNotification> {
    for (const [destinationId, ids] of this.underWay) {
      for (const id of ids) {
        const notification = this.get(destinationId, id)
        if (notification !== undefined) yield notification
      }
    }
  }

  /** Destinations for which something waits that is not under way; how much is, and what comes next. */
  *waiting(): Iterable<{ readonly destinationId: number; readonly underWay: number; readonly turn: number }> {
    for (const destinationId of this.queues.keys()) {
      const underWay = this.underWay.get(destinationId)?.size ?? 0
      for (const { id } of this.next(destinationId, 1)) yield { destinationId, underWay, turn: id }
    }
  }

  /** Those whose turn it is to be sent to this destination, at most `limit`. */
  *next(destinationId: number, limit: number): Iterable<PendingNotification> {
    let found = 0
    for (const notification of this.queues.get(destinationId)?.values() ?? []) {
      if (found >= limit) return
      if (this.isUnderWay(destinationId, notification.id)) continue
      found++
      yield notification
    }
  }

  backlog(destinationId: number): Backlog {
    const queue = this.queues.get(destinationId)
    let oldestAt: number | null = null
    for (const { createdAt } of queue?.values() ?? [])
      if (oldestAt === null || createdAt < oldestAt) oldestAt = createdAt
    return {
      pending: queue?.size ?? 0,
      inFlight: this.underWay.get(destinationId)?.size ?? 0,
      oldestAt,
    }
  }

  countPending(): number {
    let count = 0
    for (const queue of this.queues.values()) count += queue.size
    return count
  }

  countUnderWay(): number {
    let count = 0
    for (const ids of this.underWay.values()) count += ids.size
    return count
  }
}
