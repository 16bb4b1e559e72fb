/** Asks every Alertmanager that can be asked, once a minute, and lets what they say, or silence, end episodes. */
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Watcher } from '../workers.ts'
import { APART_MS, type Round, roundOf, UP_FOR_MS } from './absence.ts'
import { askAlertmanager, NoAnswerError } from './alertmanager.ts'
import type { Answer, Keys } from './answer.ts'
import type { Cluster, Replica } from './clusters.ts'
import { reconciledKeys, reopen, review } from './reconcile.ts'

const EVERY_MS = 60_000

export interface PollDeps {
  readonly pipeline: Pipeline
  readonly clusters: readonly Cluster[]
  readonly staleAfterMs: number
  readonly metrics: Metrics
  readonly log: Logger
  /** How long an Alertmanager has to be up before its silence counts; `UP_FOR_MS` unless told. */
  readonly upForMs?: number
}

/** One line of the router's watchers: rounds of questions never overlap. */
export function pollSources(deps: PollDeps): Watcher {
  const poll = new Poll(deps)
  return { name: 'watching the sources', run: () => poll.run() }
}

/** What was last heard of one replica; `up` is null before it was first asked. */
interface Heard {
  up: boolean | null
  answer: Answer | null
}

class Poll {
  readonly #deps: PollDeps
  readonly #listeningSince: number
  readonly #heard = new Map<Replica, Heard>()
  /** By source: why its last round could end nothing, as it stands in the log. */
  readonly #obstacles = new Map<string, string | null>()
  #rounds: ReadonlyMap<number, Round> = new Map()
  /** A run that fails is soon tried again, and Alertmanager must not feel that. */
  #askAgainAt = 0
  #absences: ReadonlyMap<number, number> = new Map()

  constructor(deps: PollDeps) {
    this.#deps = deps
    this.#listeningSince = deps.pipeline.db.now()
    for (const { replicas } of deps.clusters) {
      for (const replica of replicas) this.#heard.set(replica, { up: null, answer: null })
    }
  }

  /** Returns when to come again, epoch ms: without anybody to ask, not before something may be stale. */
  async run(): Promise<number> {
    const { pipeline, clusters, staleAfterMs, metrics, log } = this.#deps
    if (pipeline.db.now() >= this.#askAgainAt) {
      this.#rounds = new Map(await Promise.all(clusters.map((cluster) => this.#askAll(cluster))))
      this.#askAgainAt = pipeline.db.now() + EVERY_MS
    }
    const listeningSince = this.#listeningSince
    const by = { rounds: this.#rounds, absences: this.#absences, apartMs: APART_MS, staleAfterMs, listeningSince }
    const { absences, reconciled, stale, nextStaleAt } = await review(pipeline, by)
    this.#absences = absences
    metrics.closed('reconciled', reconciled)
    metrics.closed('stale', stale)
    if (reconciled + stale > 0) log.info({ reconciled, stale }, 'alerts were closed without a word of their source')
    const now = pipeline.db.now()
    if (clusters.length > 0) return this.#askAgainAt
    return Math.max(now + EVERY_MS, nextStaleAt ?? now + staleAfterMs)
  }

  async #askAll({ source, replicas }: Cluster): Promise<readonly [sourceId: number, round: Round]> {
    const { pipeline, log, upForMs = UP_FOR_MS } = this.#deps
    const { sourceId, keys } = await reconciledKeys(pipeline, source)
    const askedAt = pipeline.db.now()
    const answers = await Promise.all(replicas.map((replica) => this.#ask(source, replica, askedAt, keys)))
    const round = roundOf(askedAt, answers, upForMs)
    this.#noteObstacle(source, round.obstacle)
    const fresh = round.answers.filter((answer) => answer.askedAt === askedAt)
    const active = new Map(fresh.flatMap((answer) => answer.active.map((alert) => [alert.labelsText, alert])))
    const reopened = await reopen(pipeline, sourceId, [...active.values()])
    if (reopened > 0) log.info({ source, reopened }, 'alerts that were reconciled fire again')
    return [sourceId, round]
  }

  /** The newest answer there is; an older one, or null, when it gives none now. */
  async #ask(source: string, replica: Replica, askedAt: number, wanted: Keys): Promise<Answer | null> {
    const { pipeline, metrics, log } = this.#deps
    const heard = this.#heard.get(replica) ?? { up: null, answer: null }
    const asking = { replica, askedAt, wanted, clock: pipeline.clock, signal: pipeline.stopping }
    const about = { source, replica: replica.name }
    try {
      heard.answer = await askAlertmanager(asking)
      if (heard.up === false) log.info(about, 'the Alertmanager answers again')
      heard.up = true
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error
      if (pipeline.stopping.aborted) return heard.answer
      const detail = error.message
      if (heard.up !== false) {
        log.warn({ ...about, detail }, 'the Alertmanager gives no answer; its source is not reconciled meanwhile')
      }
      heard.up = false
    }
    metrics.sourceUp(source, replica.name, heard.up)
    return heard.answer
  }

  #noteObstacle(source: string, obstacle: string | null): void {
    const before = this.#obstacles.get(source)
    this.#obstacles.set(source, obstacle)
    if (before === obstacle) return
    if (obstacle !== null) this.#deps.log.warn({ source, obstacle }, 'nothing is reconciled')
    else this.#deps.log.info({ source }, 'the source is reconciled with its Alertmanagers')
  }
}
