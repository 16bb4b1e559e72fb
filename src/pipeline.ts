/**
 * Open this first: a webhook becomes alerts, alerts join groups along routes, groups become notifications in an outbox,
 * and notifications are delivered. Three verbs, two durable boundaries (group, outbox); no network in a transaction.
 */
import { quarantined } from './alert/quarantine.ts'
import { type ParsedWebhook, quarantineBody } from './alert/webhook.ts'
import type { Channel, ChannelName, Endpoint, Message, Receipt } from './channel/channel.ts'
import type { Clock } from './clock.ts'
import type { Database, Tx } from './db/database.ts'
import { observe } from './episode/episode.ts'
import { followChange, type IngestSummary, type Intake } from './episode/follow.ts'
import { recognise } from './episode/observe.ts'
import { ApiError } from './errors.ts'
import { isDead, type Settled } from './group/group.ts'
import { GroupLives } from './group/lives.ts'
import { Heard } from './heartbeat/heard.ts'
import { followHeard } from './heartbeat/watch.ts'
import { raise } from './meta-alert/raise.ts'
import { composeMessage } from './notification/compose.ts'
import { ATTEMPT_DEADLINE_MS, type Claim, type Destination } from './notification/outbox.ts'
import { retryDelayMs } from './notification/retry.ts'
import { send } from './notification/send.ts'
import { losePatience, reached, refused } from './notification/unreachable.ts'
import type { Store } from './store.ts'
import type { Routing } from './team/routing.ts'

/** What the three verbs work with. `routing` is asked anew in each transaction: a reload replaces it. */
export interface Pipeline {
  readonly db: Database
  readonly store: Store
  readonly routing: () => Routing
  readonly channels: Readonly<Record<ChannelName, Channel>>
  /** Settings and secrets of a destination, read when it is sent to; rejects with a sentence when a secret is missing. */
  readonly endpoint: (destination: Destination) => Promise<Endpoint>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Names this process in leases. */
  readonly owner: string
  /** Base of links to ourselves, without trailing slash. */
  readonly publicUrl: string | null
  /** Aborted when the router stops: attempts under way still settle, if the store lets them. */
  readonly stopping: AbortSignal
  /** Told of an error that is neither the caller's nor a receiver's, once. */
  readonly onError: (error: unknown, what: string) => void
}

/** Pause before a settlement that could not be written is tried again. */
const SETTLE_AGAIN_MS = 1_000

/** Tries after which an error that is not the store's trouble is taken for a fault of ours: the message counts as unknown. */
const SETTLE_TRIES = 3

/** What is flushed in one transaction: about 20 ms of work; the rest follows in the next, so that requests get their turn. */
const FLUSH_BATCH = { groups: 200, members: 2_000 }

/** Takes one webhook in. Resolves after the durable commit, so that 2xx means kept; rejects with nothing kept. */
export function ingest(p: Pipeline, source: string, webhook: ParsedWebhook): Promise<IngestSummary> {
  return p.db.transaction(async (tx) => {
    const { requests, episodes } = p.store
    const requestId = await requests.nextRequestId(tx)
    const intake = await beginIntake(p, tx, source, requestId, webhook.quarantined.length)
    const heard = new Heard(intake.routing.expected)
    for (const recognised of await recognise(episodes, tx, intake.sourceId, webhook.alerts)) {
      const { record, alert } = recognised
      if (recognised.mismatch) intake.summary.mismatched++
      const { state, changes } = observe(record, alert, tx.now)
      for (const change of changes) await followChange(intake, recognised, change, state.lastClose)
      record.lastClose = state.lastClose
      heard.take(alert.labels, recognised.fingerprint, alert.status, changes, record.open !== null)
    }
    for (const { reason, body } of webhook.quarantined) await requests.quarantine(tx, intake.sourceId, reason, body)
    await intake.groups.save()
    if (webhook.quarantined[0] !== undefined) await raise(p, tx, [quarantined(source, webhook.quarantined[0].reason)])
    await followHeard(p, tx, heard)
    await requests.insertRequest(tx, requestId, {
      sourceId: intake.sourceId,
      ...facts(webhook),
      ...intake.summary,
    })
    await flushDue(p, tx)
    return intake.summary
  }, webhook.alerts.length)
}

/** Keeps a body that is no webhook as evidence. */
export function quarantine(p: Pipeline, source: string, reason: string, body: string): Promise<void> {
  const evidence = quarantineBody(reason, body)
  return p.db.transaction(async (tx) => {
    const sourceId = await p.store.requests.sourceId(tx, source)
    await p.store.requests.quarantine(tx, sourceId, evidence.reason, evidence.body)
    await raise(p, tx, [quarantined(source, evidence.reason)])
    await flushDue(p, tx)
  })
}

/** Lets groups whose time has come speak. Returns when the next one is due (epoch ms), or null. */
export async function flush(p: Pipeline): Promise<number | null> {
  const next = p.store.groups.nextDueAt()
  if (next === null || next > p.db.now()) return next
  await p.db.transaction((tx) => flushDue(p, tx))
  return p.store.groups.nextDueAt()
}

/**
 * Claims what may be sent now and begins to send it; `track` is given each attempt's promise, which never rejects.
 * Returns when a paused destination may be tried next (epoch ms), or null.
 */
export async function deliver(p: Pipeline, track: (attempt: Promise<Attempted>) => void): Promise<number | null> {
  const { outbox } = p.store
  let now = p.db.now()
  if ((outbox.nextDeadlineAt() ?? now + 1) <= now) await p.db.transaction((tx) => losePatience(p, tx))
  if (outbox.hasWaiting(now, p)) {
    const claimed = await p.db.transaction(async (tx) => {
      now = tx.now
      const claims = await outbox.claim(tx, p)
      const groups = new GroupLives(tx, p.store, p.routing())
      for (const claim of claims) await groups.claimed(claim)
      await groups.save()
      const composed = []
      for (const claim of claims) composed.push({ claim, ...(await composeMessage(p, tx, claim)) })
      return composed
    })
    outbox.started(claimed.map(({ claim }) => claim))
    for (const { claim, message, newsAt } of claimed) track(attempt(p, claim, message, newsAt))
  }
  // The same `now`: a pause that ends between two looks at the clock would be seen by neither.
  return earlier(outbox.nextReadyAt(now, p), outbox.nextDeadlineAt())
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

async function beginIntake(
  p: Pipeline,
  tx: Tx,
  source: string,
  requestId: number,
  quarantined: number,
): Promise<Intake> {
  return {
    store: p.store,
    routing: p.routing(),
    tx,
    sourceId: await p.store.requests.sourceId(tx, source),
    requestId,
    groups: new GroupLives(tx, p.store, p.routing()),
    summary: { opened: 0, closed: 0, repeated: 0, quarantined, mismatched: 0, lifetimesMs: [] },
  }
}

function facts(webhook: ParsedWebhook) {
  const { receiver, groupKey, externalUrl, notificationReason, truncatedAlerts } = webhook
  return { receiver, groupKey, externalUrl, notificationReason, truncated: truncatedAlerts }
}

async function flushDue(p: Pipeline, tx: Tx): Promise<void> {
  const due = await p.store.groups.takeDue(tx, tx.now, FLUSH_BATCH)
  if (due.length === 0) return
  const groups = new GroupLives(tx, p.store, p.routing())
  for (const group of due) await groups.tick(group)
  await groups.save()
}

/** How one attempt went; `settled` is null when the lease was lost meanwhile, or the router stopped before it was written. */
export interface Attempted {
  readonly claim: Claim
  readonly message: Message
  readonly receipt: Receipt
  readonly tookMs: number
  readonly settled: Settled | null
  /** For a delivered one: from our receipt of its oldest news to the receiver's yes. */
  readonly sinceReceiptMs: number | null
}

async function attempt(p: Pipeline, claim: Claim, message: Message, newsAt: number | null): Promise<Attempted> {
  const startedAt = p.clock.now()
  const deadline = new AbortController()
  const cancel = p.clock.setTimer(ATTEMPT_DEADLINE_MS, () => deadline.abort(new Error('no answer within 10 s')))
  const receipt = await send(p, claim.destination, message, deadline.signal)
  cancel()
  const settled = await settleOnceWritable(p, claim, receipt)
  p.store.outbox.ended(claim)
  const endedAt = p.clock.now()
  const sinceReceiptMs = settled === 'delivered' && newsAt !== null ? endedAt - newsAt : null
  return { claim, message, receipt, tookMs: endedAt - startedAt, settled, sinceReceiptMs }
}

/** An outcome is not forgotten because the disk is full: until it is written, the destination waits. */
async function settleOnceWritable(p: Pipeline, claim: Claim, receipt: Receipt): Promise<Settled | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await settle(p, claim, receipt)
    } catch (error) {
      if (tries === 1) p.onError(error, `the outcome of notification ${claim.notification.id} could not be written`)
      if (p.stopping.aborted) return null
      if (tries >= SETTLE_TRIES && !(error instanceof ApiError && error.code === 'unavailable')) {
        return leaveInDoubt(p, claim)
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      const cancel = p.clock.setTimer(SETTLE_AGAIN_MS, resolve)
      p.stopping.addEventListener('abort', () => resolve(), { once: true })
      await promise
      cancel()
    }
  }
}

/** A fault of ours keeps the outcome from the group: the message counts as unknown, and is sent again after a pause. */
function leaveInDoubt(p: Pipeline, claim: Claim): Promise<Settled | null> {
  const delay = retryDelayMs(claim.failures + 1, null, p.random())
  const detail = 'the outcome could not be written; the log says why'
  const receipt: Receipt = { outcome: 'unknown', status: null, detail, retryAfterMs: null }
  return p.db
    .transaction((tx) => p.store.outbox.settle(tx, claim, receipt, tx.now + delay))
    .catch((error: unknown) => {
      p.onError(error, `notification ${claim.notification.id} could not even be marked as unknown`)
      p.store.outbox.doubt(claim)
      return null
    })
}

async function settle(p: Pipeline, claim: Claim, receipt: Receipt): Promise<Settled | null> {
  const delay = retryDelayMs(claim.failures + 1, receipt.retryAfterMs, p.random())
  const again = receipt.outcome === 'transient' || receipt.outcome === 'unknown'
  return p.db.transaction(async (tx) => {
    const settled = await p.store.outbox.settle(tx, claim, receipt, again ? tx.now + delay : null)
    if (settled === null) return null
    const groups = new GroupLives(tx, p.store, p.routing())
    // First: what the group forgets when a message is given up, the fallback is still to hear.
    if (isDead(settled)) await groups.fallBack(claim.notification)
    await groups.settled(claim, settled)
    await groups.save()
    if (isDead(settled)) await refused(p, tx, claim.destination, receipt.detail)
    if (settled === 'delivered') await reached(p, tx, claim.destination)
    return settled
  })
}
