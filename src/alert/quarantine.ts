/** What is raised about alerts that could not be understood, and when that is over. */

import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { defaultTeam } from '../team/ownership.ts'

export const QUARANTINED = 'AlertRouterQuarantine'

/** Nothing more of the kind for so long: the sender was repaired, or stopped. */
export const QUARANTINE_OVER_MS = 15 * 60_000

/** One per source, however many alerts it concerns. */
export function quarantined(source: string, reason: string): MetaAlert {
  return {
    labels: { alertname: QUARANTINED, severity: 'warning', team: defaultTeam, source },
    annotations: {
      summary: `Alerts of source ${source} could not be understood: ${reason}`,
      description:
        'They are kept as evidence (GET /api/v1/quarantine), and nobody was told of them: repair what sends them.',
    },
  }
}
