/** What an Alertmanager lists, and what follows for a pipeline, at one instant. */
import { type ReceivedAlert, readAlert } from '../../src/alert/received.ts'
import { roundOf } from '../../src/source/absence.ts'
import { reopen, review } from '../../src/source/reconcile.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'
import type { Posted, Rig } from '../rig.ts'
import { anAnswer } from './answers.ts'

/** As the API lists it. */
export function listing({ labels, startsAt, fingerprint }: Posted): ReceivedAlert {
  const raw = { status: 'firing', labels, startsAt: new Date(startsAt).toISOString() }
  const alert = readAlert({ ...raw, fingerprint: fingerprint ?? fingerprintOf(labels) }, 0)
  if (alert === null) throw new Error('a listed alert is a valid one')
  return alert
}

/** The source `default` lists these and nothing else, and that is believed at once. */
export async function listOnly(rig: Rig, listed: readonly Posted[]): Promise<void> {
  const now = rig.clock.now()
  const sourceId = await rig.db.transaction((tx) => rig.store.requests.sourceId(tx, 'default'))
  const alerts = listed.map(listing)
  const round = roundOf(
    now,
    [
      anAnswer(
        now,
        alerts.map(({ fingerprint }) => fingerprint),
      ),
    ],
    0,
  )
  await reopen(rig.pipeline, sourceId, alerts)
  const rounds = new Map([[sourceId, round]])
  const by = { rounds, absences: new Map(), apartMs: 0, staleAfterMs: Infinity, listeningSince: 0 }
  await review(rig.pipeline, by)
}
