/** What the router has to say about itself: alerts of the source `alert-router`, routed, told and resolved like any other. */
import { fingerprint } from '../alert/fingerprint.ts'
import { labelsText, toLabels } from '../alert/labels.ts'
import type { ReceivedAlert } from '../alert/received.ts'

/** The source of meta-alerts; no ingest token may bear this name. */
export const OWN_SOURCE = 'alert-router'

/** One trouble of the router's. The same labels are the same trouble: raised twice it is one alert. */
export interface MetaAlert {
  /**
   * `alertname`, `severity` and `team` (who has to act; `default` for the operators), and what tells it from others of its
   * kind. The label `destination` (an id) names a destination that the alert speaks of and is never sent to; the label
   * `heartbeat` names the heartbeat of that team whose receiver is told.
   */
  readonly labels: Readonly<Record<string, string>> & { readonly alertname: string; readonly team: string }
  /** `summary`, and `description` with what to do. */
  readonly annotations: Readonly<Record<string, string>>
}

/** A meta-alert as if it had been received, `now` in epoch ms. A clear one ends where it is cleared. */
export function asReceived(meta: MetaAlert, status: 'firing' | 'resolved', now: number): ReceivedAlert {
  const labels = toLabels(meta.labels)
  const annotations = toLabels(meta.annotations)
  return {
    status,
    labels,
    labelsText: labelsText(labels),
    annotations,
    annotationsText: labelsText(annotations),
    startsAt: now,
    endsAt: status === 'resolved' ? now : null,
    generatorUrl: '',
    fingerprint: fingerprint(labels),
  }
}
