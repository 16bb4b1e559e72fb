/** The destinations that are known, who may send to each (lease, fence), and how each fares. Memory in front of the table. */
import sql from 'sql-template-tag'
import type { Outcome } from '../channel/channel.ts'
import type { Queryable, Tx } from '../db/database.ts'
import { allDestinations, type Destination, insertDestination, releaseLeases, updateDestination } from './store.ts'

/** How long a destination belongs to one sender; an attempt's deadline (10 s) must fit into what is left of it. */
export const LEASE_MS = 15_000
export const ATTEMPT_DEADLINE_MS = 10_000

/** How many of the latest notifications are looked through at start for what their destinations last answered. */
const LATEST = 5_000

type DestinationIdentity = Pick<Destination, 'team' | 'receiver' | 'channel' | 'reference'>

/** An attempt that has ended. `at` is when, epoch ms. */
export interface PastAttempt {
  readonly at: number
  readonly tookMs: number
  readonly outcome: Outcome
  readonly status: number | null
  readonly detail: string
}

/** Null where this process, and the latest notifications at its start, know of none. */
export interface LastAttempts {
  readonly delivered: PastAttempt | null
  readonly failed: PastAttempt | null
}

const noAttempts: LastAttempts = { delivered: null, failed: null }

export class DestinationStore {
  private byId = new Map<number, Destination>()
  private ids = new Map<string, number>()
  private readonly last = new Map<number, LastAttempts>()

  /** `afterCrash`: this process is the only one, so leases are nobody's any more. */
  async load(tx: Tx, afterCrash: boolean): Promise<void> {
    if (afterCrash) {
      await releaseLeases(tx)
      for (const { destinationId, ...attempt } of await latestAttempts(tx, LATEST)) this.note(destinationId, attempt)
    }
    this.byId = new Map((await allDestinations(tx)).map((d) => [d.id, d]))
    this.ids = new Map([...this.byId.values()].map((d) => [identityText(d), d.id]))
  }

  /** The destination of this identity, made if it is new, and remembered as part of document `versionId`. */
  async ensure(tx: Tx, identity: DestinationIdentity & Pick<Destination, 'versionId'>): Promise<Destination> {
    const known = this.byId.get(this.ids.get(identityText(identity)) ?? 0)
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
    this.byId.set(id, destination)
    this.ids.set(identityText(destination), id)
    return destination
  }

  get(id: number): Destination {
    const destination = this.byId.get(id)
    if (destination === undefined) throw new Error(`no destination ${id}`)
    return destination
  }

  find(id: number): Destination | undefined {
    return this.byId.get(id)
  }

  /** Nothing was sent to anybody after this, as far as leases tell: epoch ms, 0 for a new database. */
  lastUsedAt(): number {
    let last = 0
    for (const { leaseUntil } of this.byId.values()) last = Math.max(last, leaseUntil)
    return last
  }

  every(): Iterable<Destination> {
    return this.byId.values()
  }

  lastAttempts(id: number): LastAttempts {
    return this.last.get(id) ?? noAttempts
  }

  note(id: number, attempt: PastAttempt): void {
    const known = this.lastAttempts(id)
    this.last.set(id, { ...known, [attempt.outcome === 'delivered' ? 'delivered' : 'failed']: attempt })
  }

  /** Takes or renews the lease so that a whole attempt fits into it; false while somebody else holds it. */
  async lease(tx: Tx, destination: Destination, owner: string): Promise<boolean> {
    const mine = destination.leaseOwner === owner
    if (mine && destination.leaseUntil >= tx.now + ATTEMPT_DEADLINE_MS) return true
    if (!mine && destination.leaseUntil > tx.now) return false
    if (!mine) destination.fence++
    destination.leaseOwner = owner
    destination.leaseUntil = tx.now + LEASE_MS
    await updateDestination(tx, destination)
    return true
  }

  /** Remembers how an attempt left a destination: failures in a row, and the pause until it may be tried again. */
  async fares(tx: Tx, destination: Destination, failures: number, notBefore: number): Promise<void> {
    if (failures === destination.failures && notBefore === destination.notBefore) return
    destination.failures = failures
    destination.notBefore = notBefore
    await updateDestination(tx, destination)
  }
}

/** What the attempts of the latest notifications ended in, oldest first. */
async function latestAttempts(
  db: Queryable,
  notifications: number,
): Promise<(PastAttempt & { destinationId: number })[]> {
  const rows = await db.all<{
    destination_id: number
    started_at: number
    finished_at: number
    outcome: Outcome
    status: number | null
    detail: string
  }>(sql`
    select destination_id, started_at, finished_at, outcome, status, detail
    from attempt join notification on notification.id = attempt.notification_id
    where attempt.notification_id > (select coalesce(max(id), 0) from notification) - ${notifications}
      and outcome is not null
    order by finished_at`)
  return rows.map(({ destination_id, started_at, finished_at, ...row }) => ({
    ...row,
    destinationId: destination_id,
    at: finished_at,
    tookMs: finished_at - started_at,
  }))
}

function identityText({ team, receiver, channel, reference }: DestinationIdentity): string {
  return JSON.stringify([team, receiver, channel, reference])
}
