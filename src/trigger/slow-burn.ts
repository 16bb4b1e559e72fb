/** A cause in how much is asked: for a quarter of the time nobody asks, too little for a fast burn of the error budget. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Cause } from './cause.ts'

/**
 * SloThroughput: 25 % of the time is a burn rate of 5, where 3 is a warning and 6 critical. The period is the short window
 * of the warning, so every such window has its quarter; and no more than 25 of the 60 minutes, which would be critical.
 */
const PERIOD_MS = 2 * 3_600_000
const HELD_SHARE = 0.25

export const trafficWithGaps: Cause = {
  key: 'traffic/gaps',
  does: 'nobody asks the model servers anything for a quarter of the time',
  holds: ['traffic', 'iris', 'churn'],
  uses: ['modelServer', 'mlApi'],
  traffic: 'flowing',
  begin: async ({ running, traffic, say }) => {
    const period = PERIOD_MS / running.speed
    const ended = new AbortController()
    const wait = (ms: number) => pause(ms, undefined, { signal: ended.signal })
    const alternate = async () => {
      while (!ended.signal.aborted) {
        await traffic.hold()
        await wait(HELD_SHARE * period)
        await traffic.flow()
        await wait((1 - HELD_SHARE) * period)
      }
    }
    const alternating = alternate().catch((error: unknown) => {
      if (!ended.signal.aborted) say(`Traffic could not be switched: ${(error as Error).message}`)
    })
    return async () => {
      ended.abort()
      await alternating
      await traffic.flow()
    }
  },
}
