/** A cause on the way from Prometheus to the router: the Watchdog does not come any more. */
import { silence } from './alertmanager.ts'
import type { Cause } from './cause.ts'

export const missedWatchdog: Cause = {
  key: 'watchdog',
  does: 'Alertmanager is told to keep the Watchdog to itself (a silence)',
  holds: ['watchdog'],
  uses: [],
  traffic: 'any',
  begin: ({ running, seconds }) => silence(running.urls.alertmanager, 'Watchdog', seconds),
}
