/** One answer of a receiver taken through the real pipeline: its class, what the receiver saw, and when it is tried next. */
import type { LookupAddress } from 'node:dns'
import sql from 'sql-template-tag'
import { expect, it, vi } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { AllowedDestination } from '../../src/channel/allow.ts'
import type { Endpoint, Receipt } from '../../src/channel/channel.ts'
import { type Attempted, deliver } from '../../src/pipeline.ts'
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'
import { type Answer, type Peer, startPeer } from './peer.ts'

/** The first failure's pause with jitter drawn in the middle: between 1 s and 2 s. */
const BACKOFF_MS = 1_500

/** How long the pipeline waits for an answer. */
const DEADLINE_MS = 10_000

/** A channel over HTTP as these tables need it. */
export interface Kind {
  /** The receiver's lines in the team's document. */
  readonly config: string
  /** Where the vendor, or for a webhook anybody, lives in truth. */
  readonly origin: string
  readonly endpointAt: (origin: string) => Endpoint
  /** The stand-in has to be spoken to over TLS. */
  readonly tlsOnly: boolean
}

/** What must come of an answer. */
export interface Verdict extends Partial<Receipt> {
  readonly outcome: Receipt['outcome']
  /** Requests that the receiver sees within the attempt; 1 unless told. */
  readonly requests?: number
}

/** What surrounds the one attempt of a row. */
export interface Surroundings {
  readonly endpoint: Endpoint
  readonly allow?: readonly AllowedDestination[]
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>
  readonly peer?: Peer
  /** The attempt ends by its deadline only, which comes once this is fulfilled. */
  readonly hangsAfter?: () => void
}

/** One test a row: the receiver answers so, and this must come of it. */
export function answersAreClassified(kind: Kind, rows: readonly (readonly [string, Answer, Verdict])[]): void {
  it.each(rows)('%s', async (_, answer, verdict) => {
    await expectVerdict(kind, await standIn(kind, answer), verdict)
  })
}

/** The same for what gives no answer: each fault sets up where the destination leads. */
export function faultsAreClassified(kind: Kind, rows: readonly Fault[]): void {
  it.each(rows)('%s', async (_, fault, verdict) => {
    await expectVerdict(kind, await fault(kind), verdict)
  })
}

export type Fault = readonly [name: string, fault: (kind: Kind) => Promise<Surroundings>, verdict: Verdict]

/** A receiver on loopback that the operator allowed. */
export async function standIn(kind: Kind, answer: Answer): Promise<Surroundings & { peer: Peer }> {
  const peer = await startPeer(answer, kind.tlsOnly ? trustedCertificate() : undefined)
  return { endpoint: kind.endpointAt(peer.url), allow: peer.allow, peer }
}

async function expectVerdict(kind: Kind, surroundings: Surroundings, verdict: Verdict): Promise<void> {
  const { requests = 1, ...receipt } = verdict
  const { rig, attempted } = await attemptOnce(kind, surroundings)
  expect(attempted.receipt).toMatchObject({ retryAfterMs: null, ...receipt })
  expect(attempted.receipt.about).toBe(verdict.about)
  if (surroundings.peer !== undefined) expect(surroundings.peer.requests).toHaveLength(requests)
  const { outcome } = verdict
  const again = outcome === 'transient' || outcome === 'unknown'
  const delay = Math.max(attempted.receipt.retryAfterMs ?? BACKOFF_MS, 1_000)
  expect(await rig.db.reader.all(sql`select outcome, retry_at from attempt`)).toEqual([
    { outcome, retry_at: again ? rig.clock.now() + delay : null },
  ])
  const state = again ? 'pending' : outcome === 'delivered' ? 'delivered' : 'dead'
  const { id } = attempted.claim.notification
  expect(await rig.db.reader.get(sql`select state, in_doubt from notification where id = ${id}`)).toEqual({
    state,
    in_doubt: outcome === 'unknown' ? 1 : 0,
  })
}

/** Fires one alert and makes the one attempt that follows from it. */
async function attemptOnce(kind: Kind, around: Surroundings): Promise<{ rig: Rig; attempted: Attempted }> {
  const [store] = stores
  if (store === undefined) throw new Error('there is no store to test on')
  const rig = await rigOn(store, { endpoint: async () => around.endpoint, random: () => 0.5 })
  const { resolve, allow = [] } = around
  const channels = buildChannels({ allow, now: () => rig.clock.now(), ...(resolve === undefined ? {} : { resolve }) })
  await rig.documents({ payments: documentWith(kind.config) })
  // What was sent before a start is not known, so every pace begins empty.
  await rig.advance(60_000)
  await rig.post({ labels: { alertname: 'HighErrorRatio', team: 'payments' }, startsAt: rig.clock.now() })
  await rig.flush()
  const attempts: Promise<Attempted>[] = []
  await deliver({ ...rig.pipeline, channels }, (attempt) => attempts.push(attempt))
  if (around.hangsAfter !== undefined) {
    await vi.waitFor(around.hangsAfter)
    await rig.advance(DEADLINE_MS)
  }
  const [attempted] = await Promise.all(attempts)
  if (attempted === undefined || attempts.length > 1) throw new Error(`${attempts.length} attempts were made, not one`)
  return { rig, attempted }
}

function documentWith(config: string): string {
  return `
team: payments
receivers:
  - name: on-call
    ${config}
route:
  receiver: on-call
  group_wait: 0s
`
}
