/** When an alert that nobody resolved counts as over: its source does not list it any more, or nothing was heard of it. Pure. */
import type { Answer } from './answer.ts'

/** A replica that started lately may not have heard of its alerts again: it answers with an empty list. */
export const UP_FOR_MS = 10 * 60_000

/** Two answers closer than this may be one moment: Prometheus tells Alertmanager of an alert once a minute. */
export const APART_MS = 60_000

/** What all replicas of a source said at one time. */
export interface Round {
  /** Our clock when they were asked, epoch ms. */
  readonly askedAt: number
  /** The last answer of each replica that ever gave one; of those that failed now it is an older one. */
  readonly answers: readonly Answer[]
  /** Why "not listed" means nothing this time, as a sentence; null when it does mean something. */
  readonly obstacle: string | null
}

/** Times of one open episode, epoch ms, our clock. */
export interface Heard {
  readonly lastSeenAt: number
}

/** `last` holds the newest answer of every replica, null for one that never answered. */
export function roundOf(askedAt: number, last: readonly (Answer | null)[], upForMs: number): Round {
  const answers = last.filter((answer) => answer !== null)
  return { askedAt, answers, obstacle: obstacleOf(askedAt, last.length, answers, upForMs) }
}

function obstacleOf(askedAt: number, replicas: number, answers: readonly Answer[], upForMs: number): string | null {
  const fresh = answers.filter((answer) => answer.askedAt === askedAt)
  if (fresh.length < replicas) return 'not every Alertmanager of the source answered'
  const named = new Set(fresh.map(({ member }) => member))
  const unnamed = fresh.flatMap(({ peers }) => peers).find((peer) => !named.has(peer))
  if (unnamed !== undefined) {
    return `the cluster has a member, ${unnamed}, that ALERTMANAGER_URLS does not lead to: write the URL of every member`
  }
  if (fresh.some(({ upMs }) => upMs <= upForMs)) return 'an Alertmanager of the source started lately'
  return null
}

/** When any replica was last asked and listed it, epoch ms; null when no answer that we have lists it. */
export function listedAt(keys: readonly string[], { answers }: Round): number | null {
  let at: number | null = null
  for (const { listed, askedAt } of answers) {
    if ((at === null || askedAt > at) && keys.some((key) => listed.has(key))) at = askedAt
  }
  return at
}

/**
 * Since which answers an episode that is not listed has been missing, epoch ms; null when it cannot be said to be.
 * `before` is what the last round made of it. News of the episode begins the count anew.
 */
export function absentSince(before: number | null, { lastSeenAt }: Heard, { askedAt, obstacle }: Round): number | null {
  if (before !== null && lastSeenAt < before && before <= askedAt) return before
  return obstacle === null && lastSeenAt < askedAt ? askedAt : null
}

/** Missing from two complete rounds far enough apart. */
export function isReconciled(since: number | null, { askedAt, obstacle }: Round, apartMs: number): boolean {
  return since !== null && obstacle === null && askedAt - since >= apartMs
}

/** How long after a start silence means nothing: what Alertmanager could not deliver before comes with its next group_interval. */
const LISTENING_MS = 3_600_000

/** From when on an episode that was last heard of then is stale, epoch ms. `listeningSince`: when the router started. */
export function staleAt(heardAt: number, staleAfterMs: number, listeningSince: number): number {
  return Math.max(heardAt + staleAfterMs, listeningSince + Math.min(LISTENING_MS, staleAfterMs))
}
