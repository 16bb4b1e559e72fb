/** Raises and clears meta-alerts inside the transaction that found the trouble, so that neither is kept without the other. */
import { labelsFromText } from '../alert/labels.ts'
import type { ReceivedAlert } from '../alert/received.ts'
import type { Tx } from '../db/database.ts'
import { observe } from '../episode/episode.ts'
import { followChange, type Intake } from '../episode/follow.ts'
import { recognise } from '../episode/observe.ts'
import type { AlertRecord } from '../episode/store.ts'
import { GroupLives } from '../group/lives.ts'
import type { Store } from '../store.ts'
import type { Routing } from '../team/routing.ts'
import { asReceived, type MetaAlert } from './meta-alert.ts'

interface Parts {
  readonly store: Store
  readonly routing: () => Routing
}

/** Raises what is not raised yet; a trouble that lasts is one open alert. */
export async function raise(p: Parts, tx: Tx, troubles: readonly MetaAlert[]): Promise<void> {
  await takeUp(
    p,
    tx,
    troubles.map((meta) => asReceived(meta, 'firing', tx.now)),
  )
}

/** Resolves those of the alerts that are open; whoever was told of them hears that it is over. */
export async function clear(p: Parts, tx: Tx, troubles: readonly MetaAlert[]): Promise<void> {
  const open: ReceivedAlert[] = []
  for (const meta of troubles) {
    const alert = asReceived(meta, 'resolved', tx.now)
    const record = await p.store.episodes.peek(tx, p.store.ownSourceId, alert.fingerprint)
    if (record?.open) open.push(alert)
  }
  await takeUp(p, tx, open)
}

/** Raises these and clears whatever else of the same alertname is open: what is not in the list is over. */
export async function keepTo(p: Parts, tx: Tx, alertname: string, troubles: readonly MetaAlert[]): Promise<void> {
  const still = new Set(troubles.map((meta) => asReceived(meta, 'firing', tx.now).fingerprint))
  const over: ReceivedAlert[] = []
  for (const { fingerprint, labelsText, annotationsText } of await p.store.episodes.openOf(tx, p.store.ownSourceId)) {
    const labels = labelsFromText(labelsText) as MetaAlert['labels']
    if (labels.alertname !== alertname || still.has(fingerprint)) continue
    over.push(asReceived({ labels, annotations: labelsFromText(annotationsText) }, 'resolved', tx.now))
  }
  await takeUp(p, tx, over)
  await raise(p, tx, troubles)
}

async function takeUp(p: Parts, tx: Tx, alerts: readonly ReceivedAlert[]): Promise<void> {
  if (alerts.length === 0) return
  const groups = new GroupLives(tx, p.store, p.routing())
  const intake: Intake = {
    store: p.store,
    routing: p.routing(),
    tx,
    sourceId: p.store.ownSourceId,
    requestId: null,
    groups,
    summary: { opened: 0, closed: 0, repeated: 0, quarantined: 0, mismatched: 0, lifetimesMs: [] },
  }
  for (const recognised of await recognise(p.store.episodes, tx, intake.sourceId, alerts)) {
    const { record } = recognised
    const { state, changes } = observe(record, afterwards(recognised.alert, record), tx.now)
    for (const change of changes) await followChange(intake, recognised, change, state.lastClose)
    record.lastClose = state.lastClose
  }
  await groups.save()
}

/**
 * What comes and goes within one millisecond keeps its order: raised again at its end it would look like a late duplicate
 * of the life that is over, and cleared then like the end of that one.
 */
function afterwards(alert: ReceivedAlert, { open, lastClose }: AlertRecord): ReceivedAlert {
  if (alert.status === 'resolved') {
    return open === null ? alert : { ...alert, endsAt: Math.max(alert.endsAt ?? 0, open.latestStartAt) }
  }
  if (lastClose === null || alert.startsAt > lastClose.endsAt) return alert
  return { ...alert, startsAt: lastClose.endsAt + 1 }
}
