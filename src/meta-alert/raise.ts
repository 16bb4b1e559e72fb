/** Raises and clears meta-alerts inside the transaction that found the trouble, so that neither is kept without the other. */
import type { ReceivedAlert } from '../alert/received.ts'
import type { Tx } from '../db/database.ts'
import { observe } from '../episode/episode.ts'
import { followChange, type Intake } from '../episode/follow.ts'
import { recognise } from '../episode/observe.ts'
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
    summary: { opened: 0, closed: 0, repeated: 0, quarantined: 0, mismatched: 0 },
  }
  for (const recognised of await recognise(p.store.episodes, tx, intake.sourceId, alerts)) {
    const { record } = recognised
    const { state, changes } = observe(record, afterLastClose(recognised.alert, record.lastClose), tx.now)
    for (const change of changes) await followChange(intake, recognised, change, state.lastClose)
    record.lastClose = state.lastClose
  }
  await groups.save()
}

/** Raised again within the millisecond of its end it would look like a late duplicate of the life that is over. */
function afterLastClose(alert: ReceivedAlert, lastClose: { readonly endsAt: number } | null): ReceivedAlert {
  if (alert.status === 'resolved' || lastClose === null || alert.startsAt > lastClose.endsAt) return alert
  return { ...alert, startsAt: lastClose.endsAt + 1 }
}
