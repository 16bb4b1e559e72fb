/** Metrics of loading the team documents. */
import { Gauge } from '@prometheus-io/client'
import type { Named } from './named.ts'

export interface DocumentMetrics {
  /** The documents were loaded; `ok` if all of them could be read and taken. `at` is epoch ms. */
  loaded(ok: boolean, at: number): void
}

/** Named as Prometheus and Alertmanager name theirs, so that the usual alerts fit. */
export function documentMetrics(of: Named): DocumentMetrics {
  const successful = new Gauge(
    of('config_last_reload_successful', '1 if the last load of TEAMS_DIR took every document, 0 if one was refused.'),
  )
  const successAt = new Gauge(
    of('config_last_reload_success_timestamp_seconds', 'When TEAMS_DIR was last loaded without a problem.'),
  )
  return {
    loaded: (ok, at) => {
      successful.set(ok ? 1 : 0)
      if (ok) successAt.set(at / 1000)
    },
  }
}
