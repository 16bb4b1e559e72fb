/** The router's own heartbeat: asks a URL outside from time to time while all is well, so that its silence is noticed. */
import type { Logger } from 'pino'
import type { SelfAudit } from '../audit/watch.ts'
import type { AllowedDestination } from '../channel/allow.ts'
import { type GuardedFetch, guardedFetch } from '../channel/connect.ts'
import { buildGuard } from '../channel/guard.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Watcher } from '../workers.ts'
import { plainHttp } from './outside.ts'
import { whyNotVouch } from './vouch.ts'

/** `withheld`: not all was well, so nothing was sent. */
export type PingResult = 'ok' | 'failed' | 'withheld'

interface PingDeps {
  /** A secret: who knows it can keep the alarm from going off. */
  readonly url: string
  readonly everyMs: number
  readonly fetch: GuardedFetch
  readonly clock: Clock
  /** Null while all is well; else why not. */
  readonly whyNot: () => string | null
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** `at` is epoch ms. */
  readonly onResult: (result: PingResult, at: number) => void
}

const DEADLINE_MS = 10_000

/** What was withheld is looked at sooner than the next ping would be: a restart should cost no alarm. */
const LOOK_AGAIN_MS = 10_000

/** What tells the outside that `pipeline` does its work, if the operator asked for it. */
export function outboundHeartbeat(
  { heartbeatUrl: url, heartbeatEveryMs: everyMs, allowDestinations }: Config,
  pipeline: Pipeline,
  audit: SelfAudit,
  told: Pick<PingDeps, 'log' | 'onResult'>,
): Watcher[] {
  if (url === null) return []
  const { clock, store, routing } = pipeline
  const whyNot = () => {
    const now = clock.now()
    return whyNotVouch(routing().expected.all, store.heartbeats, audit.passed(now), now)
  }
  const fetch = guardedFetch(buildGuard({ allow: [...allowDestinations, ...permitted(url)] }))
  return [pingWatcher({ url, everyMs, fetch, clock, whyNot, ...told })]
}

/** Plain http, which config.ts lets through for this machine and what the operator named only. */
function permitted(url: string): AllowedDestination[] {
  const plain = plainHttp(url)
  return plain === null ? [] : [plain]
}

/** A GET, as such services take it; any 2xx is a yes. One that failed is not repeated before its next time. */
export function pingWatcher(deps: PingDeps): Watcher {
  const { clock, everyMs, log, onResult } = deps
  let dueAt = 0
  let withheld: string | null = null
  const run = async () => {
    const now = clock.now()
    if (now < dueAt) return dueAt
    const whyNot = deps.whyNot()
    if (whyNot === null) {
      if (withheld !== null) log.info('the outbound heartbeat is sent again')
      const failure = await ping(deps)
      if (failure !== null) log.warn({ why: failure }, 'the outbound heartbeat did not arrive')
      onResult(failure === null ? 'ok' : 'failed', clock.now())
    } else {
      if (withheld !== whyNot) log.warn({ why: whyNot }, 'the outbound heartbeat is withheld')
      onResult('withheld', now)
    }
    withheld = whyNot
    dueAt = now + (whyNot === null ? everyMs : Math.min(everyMs, LOOK_AGAIN_MS))
    return dueAt
  }
  return { name: 'the outbound heartbeat', run }
}

/** Null if it arrived; else what went wrong. Neither the URL nor the answer's text is shown. */
async function ping({ url, fetch, clock }: PingDeps): Promise<string | null> {
  const deadline = new AbortController()
  const cancel = clock.setTimer(DEADLINE_MS, () => deadline.abort(new Error('no answer within 10 s')))
  try {
    const { status } = await fetch(url, { headers: { 'User-Agent': 'alert-router' }, signal: deadline.signal })
    return status >= 200 && status < 300 ? null : `it was answered with status ${status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    cancel()
  }
}
