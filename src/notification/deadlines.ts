/** The order in which waiting notifications run out of patience. */
import TinyQueue from 'tinyqueue'

/** A notification as far as its deadlines go; times are epoch ms, null for none. */
export interface Waiting {
  readonly destinationId: number
  readonly id: number
  readonly fallbackAt: number | null
  readonly giveUpAt: number | null
}

interface Deadline {
  readonly at: number
  readonly destinationId: number
  readonly id: number
}

/** Entries that are kept before those of delivered notifications are cleared out. */
const FEW = 1_000

export class Deadlines<Notification extends Waiting> {
  private queue = new TinyQueue<Deadline>([], sooner)
  private most = FEW

  /** `everyPending` is asked for when too many entries are of notifications that no longer wait: most never pass one. */
  add(notification: Notification, everyPending: () => Iterable<Notification>): void {
    for (const deadline of deadlinesOf(notification)) this.queue.push(deadline)
    if (this.queue.length <= this.most) return
    this.queue = new TinyQueue([...everyPending()].flatMap(deadlinesOf), sooner)
    this.most = FEW + 2 * this.queue.length
  }

  /** Comes back to it at `at`. */
  putOff({ destinationId, id }: Notification, at: number): void {
    this.queue.push({ at, destinationId, id })
  }

  nextAt(): number | null {
    return this.queue.peek()?.at ?? null
  }

  /** Up to `limit` that have passed a deadline by `now`, each once; `find` says whether it still waits. */
  take(
    now: number,
    limit: number,
    find: (destinationId: number, id: number) => Notification | undefined,
  ): Notification[] {
    const overdue = new Set<Notification>()
    for (
      let next = this.queue.peek();
      next !== undefined && next.at <= now && overdue.size < limit;
      next = this.queue.peek()
    ) {
      this.queue.pop()
      const pending = find(next.destinationId, next.id)
      if (pending !== undefined) overdue.add(pending)
    }
    return [...overdue]
  }
}

const sooner = (a: Deadline, b: Deadline) => a.at - b.at

function deadlinesOf({ destinationId, id, fallbackAt, giveUpAt }: Waiting): Deadline[] {
  return [fallbackAt, giveUpAt].flatMap((at) => (at === null ? [] : [{ at, destinationId, id }]))
}
