/** Ends episodes that nobody will ever resolve, and opens those again that were ended so and fire all the same. */
import { labelsFromText } from '../alert/labels.ts'
import type { ReceivedAlert } from '../alert/received.ts'
import type { Tx } from '../db/database.ts'
import { type CloseReason, closeFor, observe } from '../episode/episode.ts'
import { closeOpen, followChange, type Intake } from '../episode/follow.ts'
import { recognise } from '../episode/observe.ts'
import type { Episode } from '../episode/store.ts'
import { GroupLives } from '../group/lives.ts'
import type { Pipeline } from '../pipeline.ts'
import { absentSince, isReconciled, listedAt, type Round, staleAt } from './absence.ts'
import { type Keys, keysOf } from './answer.ts'

/** Open episodes looked at in one transaction: below 1 ms, and about 5 ms if all of them end. */
const BATCH = 250

/** What a review goes by. Times are epoch ms, our clock. */
export interface Review {
  /** The last round of each source that can be asked, by the source's id. */
  readonly rounds: ReadonlyMap<number, Round>
  /** Since when episodes were missing as of the review before, by id. */
  readonly absences: ReadonlyMap<number, number>
  readonly apartMs: number
  readonly staleAfterMs: number
  readonly listeningSince: number
}

export interface Reviewed {
  readonly absences: ReadonlyMap<number, number>
  readonly reconciled: number
  readonly stale: number
  /** When the first of the open episodes may become stale; null when none is open. */
  readonly nextStaleAt: number | null
}

/** Looks at every open episode, in batches. Those that are over are told as resolved to whoever was told that they fire. */
export async function review(p: Pipeline, by: Review): Promise<Reviewed> {
  const absences = new Map<number, number>()
  const closed = { reconciled: 0, stale: 0 }
  let nextStaleAt: number | null = null
  let after: number | null = 0
  while (after !== null) {
    const from: number = after
    const part = await p.db.transaction((tx) => reviewBatch(p, tx, by, from), BATCH)
    for (const { id, verdict } of part.judged) {
      if (verdict.close !== null) closed[verdict.close.reason]++
      else nextStaleAt = Math.min(nextStaleAt ?? verdict.staleAt, verdict.staleAt)
      if (verdict.close === null && verdict.absentSince !== null) absences.set(id, verdict.absentSince)
    }
    after = part.last
  }
  return { absences, ...closed, nextStaleAt }
}

interface Verdict {
  readonly close: { readonly reason: Exclude<CloseReason, 'resolved'>; readonly endsAt: number } | null
  readonly absentSince: number | null
  readonly staleAt: number
}

async function reviewBatch(p: Pipeline, tx: Tx, by: Review, after: number) {
  const groups = new GroupLives(tx, p.store, p.routing())
  const batch = await p.store.episodes.openAfter(tx, after, BATCH)
  const judged: { id: number; verdict: Verdict }[] = []
  for (const episode of batch) {
    // What the router says of itself ends when it says so.
    if (episode.sourceId === p.store.ownSourceId) continue
    const verdict = judge(episode, by, tx.now)
    judged.push({ id: episode.id, verdict })
    if (verdict.close !== null) await close(p, tx, groups, episode, verdict.close)
  }
  await groups.save()
  return { judged, last: batch.length < BATCH ? null : (batch.at(-1)?.id ?? null) }
}

function judge(episode: Episode, by: Review, now: number): Verdict {
  const { lastSeenAt } = episode
  const round = by.rounds.get(episode.sourceId)
  const listed = round === undefined ? null : episodeListedAt(episode, round)
  const before = by.absences.get(episode.id) ?? null
  const since = round === undefined || listed !== null ? null : absentSince(before, episode, round)
  const heardAt = Math.max(lastSeenAt, listed ?? 0)
  const stale = staleAt(heardAt, by.staleAfterMs, by.listeningSince)
  const verdict = { absentSince: since, staleAt: stale }
  if (round !== undefined && since !== null && isReconciled(since, round, by.apartMs)) {
    return { ...verdict, close: { reason: 'reconciled', endsAt: since } }
  }
  return { ...verdict, close: stale <= now ? { reason: 'stale', endsAt: heardAt } : null }
}

/** Nearly always the fingerprint is found; only what seems to be missing is worth a hash. */
function episodeListedAt({ fingerprint, labelsText }: Episode, round: Round): number | null {
  return listedAt([fingerprint], round) ?? listedAt(keysOf(fingerprint, labelsFromText(labelsText)), round)
}

async function close(
  p: Pipeline,
  tx: Tx,
  groups: GroupLives,
  episode: Episode,
  { reason, endsAt }: NonNullable<Verdict['close']>,
): Promise<void> {
  const record = await p.store.episodes.peek(tx, episode.sourceId, episode.fingerprint)
  if (record === undefined) throw new Error(`episode ${episode.id} is open, and nothing is known of its alert`)
  // What is shown as a life must not end before it began, whatever the source's clock says.
  const { state, changes } = closeFor(record, reason, Math.max(endsAt, episode.latestStartAt), tx.now)
  const parts = { store: p.store, tx, groups }
  for (const change of changes) {
    if (change.type !== 'close') continue
    const ending = { endsAt: change.endsAt, reason, requestId: null }
    await closeOpen(parts, record, ending, labelsFromText(episode.labelsText))
  }
  record.lastClose = state.lastClose
}

/** Keys of the alerts of a source that were reconciled: if it lists one of them again, `reopen` has to know. */
export async function reconciledKeys(p: Pipeline, source: string): Promise<{ sourceId: number; keys: Keys }> {
  return p.db.transaction(async (tx) => {
    const sourceId = await p.store.requests.sourceId(tx, source)
    const records = await p.store.episodes.reconciled(tx, sourceId)
    return { sourceId, keys: new Set(records.map(({ fingerprint }) => fingerprint)) }
  })
}

/**
 * Opens episodes of alerts that were reconciled and that their source lists as active. Alertmanager was never told that
 * we let go of them, so it may not notify of them before its repeat_interval (AM-D9). Returns how many.
 */
export async function reopen(p: Pipeline, sourceId: number, listed: readonly ReceivedAlert[]): Promise<number> {
  let opened = 0
  for (let start = 0; start < listed.length; start += BATCH) {
    const batch = listed.slice(start, start + BATCH)
    opened += await p.db.transaction((tx) => reopenBatch(p, tx, sourceId, batch), batch.length)
  }
  return opened
}

async function reopenBatch(p: Pipeline, tx: Tx, sourceId: number, listed: readonly ReceivedAlert[]): Promise<number> {
  const { store } = p
  const groups = new GroupLives(tx, store, p.routing())
  const summary = { opened: 0, closed: 0, repeated: 0, quarantined: 0, mismatched: 0, lifetimesMs: [] }
  const intake: Intake = { store, routing: p.routing(), tx, sourceId, requestId: null, groups, summary }
  for (const recognised of await recognise(store.episodes, tx, sourceId, listed)) {
    const { record } = recognised
    // Other labels under a key of one that was reconciled.
    if (record.open === null && record.lastClose === null) store.episodes.discard(record)
    // Meanwhile a request may have brought it back, or said itself how it ended.
    if (record.open !== null || record.lastClose?.reason !== 'reconciled') continue
    const { state, changes } = observe(record, recognised.alert, tx.now)
    for (const change of changes) await followChange(intake, recognised, change, state.lastClose)
    record.lastClose = state.lastClose
  }
  await groups.save()
  return summary.opened
}
