/** Causes in how much is asked: nobody asks the model servers, or somebody does. */
import type { Cause } from './cause.ts'

export const noTraffic: Cause = {
  key: 'traffic/none',
  does: 'nobody asks the model servers anything',
  holds: ['traffic', 'iris', 'churn'],
  uses: ['modelServer', 'mlApi'],
  traffic: 'flowing',
  begin: async ({ traffic }) => {
    await traffic.hold()
    return () => traffic.flow()
  },
}

/** The demo alert on a busy server fires with any traffic; so it begins without. */
export const someTraffic: Cause = {
  key: 'traffic/some',
  does: 'the model servers are asked, after nobody did',
  holds: ['traffic', 'iris', 'churn'],
  uses: ['modelServer', 'mlApi'],
  traffic: 'held',
  begin: async ({ traffic }) => {
    await traffic.flow()
    return () => traffic.hold()
  },
}
