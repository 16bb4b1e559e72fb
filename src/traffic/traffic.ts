/** Traffic for both model servers: predictions at a steady rate, and the truth afterwards for a share of them. */
import { type Clock, systemClock } from '../model-server/clock.ts'
import { type ServerName, serverNames } from '../model-server/fault/faults.ts'
import { seededRandom } from '../model-server/random.ts'
import { type Case, casesOf } from './cases.ts'
import { startPace } from './pace.ts'
import { type Counts, type Outcome, type Recent, Tally } from './tally.ts'

export interface TrafficOptions {
  /** Addresses without trailing slash. */
  readonly modelServer: string
  readonly mlApi: string
  /** Requests per second to each server; 20 unless given. */
  readonly rate?: number
  /** Share of the predictions whose true label is sent as feedback; 0.5 unless given. */
  readonly feedback?: number
  readonly clock?: Clock
  readonly seed?: number
}

export interface Traffic {
  /** Nothing is sent until `resume`; what is under way ends. */
  pause(): void
  resume(): void
  /** Ends it; resolves when nothing is under way any more, after 10 s at the latest. */
  stop(): Promise<void>
  counts(): Readonly<Record<ServerName, Counts>>
  /** How the last 5 s went. */
  recent(): Readonly<Record<ServerName, Recent>>
}

export const usualTraffic = { rate: 20, feedback: 0.5 } as const

/** A request that is not answered by then counts as unanswered. */
const TIMEOUT_MS = 10_000

/** A server that waits for 2.5 s (the longest fault) holds 50 at the usual rate. */
const MOST_SECONDS_IN_FLIGHT = 5

/** Begins at once and never fails: what goes wrong is counted. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { clock = systemClock, seed = 1 } = options
  const now = clock.now()
  const streams = {
    iris: startStream('iris', options.modelServer, new Tally(now), { ...options, clock, seed }),
    churn: startStream('churn', options.mlApi, new Tally(now), { ...options, clock, seed: seed + 1 }),
  }
  const all = serverNames.map((server) => streams[server])
  const ofEach = <T>(read: (tally: Tally) => T) => ({
    iris: read(streams.iris.tally),
    churn: read(streams.churn.tally),
  })
  return {
    pause: () => {
      for (const { pace } of all) pace.pause()
    },
    resume: () => {
      for (const { pace } of all) pace.resume()
    },
    stop: async () => {
      await Promise.all(all.map(({ pace }) => pace.stop()))
    },
    counts: () => ofEach((tally) => tally.counts()),
    recent: () => ofEach((tally) => tally.recent(clock.now())),
  }
}

type StreamOptions = Pick<TrafficOptions, 'rate' | 'feedback'> & { readonly clock: Clock; readonly seed: number }

function startStream(server: ServerName, url: string, tally: Tally, options: StreamOptions) {
  const { clock, seed, rate = usualTraffic.rate, feedback = usualTraffic.feedback } = options
  const random = seededRandom(seed)
  const next = casesOf(server, random)
  const work = async () => {
    const began = clock.now()
    tally.sent(began)
    const asked = next()
    const { outcome, predictionId } = await ask(url, asked)
    tally.ended(clock.now(), clock.now() - began, outcome)
    if (predictionId === null || random() >= feedback) return
    if (await label(url, predictionId, asked.label)) tally.labelled()
  }
  const mostInFlight = Math.max(20, Math.ceil(MOST_SECONDS_IN_FLIGHT * rate))
  return { tally, pace: startPace({ clock, rate, mostInFlight, work, leftOut: () => tally.leftOut() }) }
}

async function ask(url: string, { path, body }: Case): Promise<{ outcome: Outcome; predictionId: string | null }> {
  const response = await post(url + path, body)
  if (response === null) return { outcome: 'unanswered', predictionId: null }
  if (response.status >= 500) return { outcome: 'failed', predictionId: null }
  if (response.status >= 400) return { outcome: 'refused', predictionId: null }
  const { prediction_id: id } = response.body as { prediction_id?: unknown }
  return { outcome: 'answered', predictionId: typeof id === 'string' ? id : null }
}

/** Whether the server took it. */
async function label(url: string, predictionId: string, truth: string): Promise<boolean> {
  return (await post(`${url}/feedback`, { prediction_id: predictionId, label: truth }))?.status === 200
}

/** Null when there was no answer that could be read: that is what is counted, whatever the reason. */
async function post(url: string, body: unknown): Promise<{ status: number; body: unknown } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { status: response.status, body: await response.json() }
  } catch {
    return null
  }
}
