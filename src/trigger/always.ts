/** The cause of what always fires: none. */
import type { Cause } from './cause.ts'

export const always: Cause = {
  key: 'always',
  does: 'nothing has to be done: it fires always, and ends only when Prometheus stops (the router then says HeartbeatMissing)',
  holds: [],
  uses: [],
  traffic: 'any',
  always: true,
  begin: async () => async () => {},
}
