/** A rig whose source `default` can be asked: what it lists is what a test says, and what follows is seen in rows and messages. */
import { APART_MS, roundOf, UP_FOR_MS } from '../../src/source/absence.ts'
import { type Reviewed, review } from '../../src/source/reconcile.ts'
import { type Posted, type Rig, rigOn } from '../rig.ts'
import type { TestedStore } from '../stores.ts'
import { anAnswer, HOUR, MINUTE } from './answers.ts'

export const STALE_AFTER = 24 * HOUR

export class Desk {
  readonly rig: Rig
  /** Keys. */
  listed: string[] = []
  complete = true
  listeningSince = 0
  #absences: Reviewed['absences'] = new Map()

  constructor(rig: Rig) {
    this.rig = rig
  }

  static async open(store: TestedStore): Promise<Desk> {
    const rig = await rigOn(store)
    await rig.documents({})
    return new Desk(rig)
  }

  async sourceId(name = 'default'): Promise<number> {
    return this.rig.db.transaction((tx) => this.rig.store.requests.sourceId(tx, name))
  }

  /** One round of questions now, and what follows. */
  async round(): Promise<Reviewed> {
    const { rig } = this
    const now = rig.clock.now()
    const answers = this.complete ? [anAnswer(now, this.listed)] : [anAnswer(now, this.listed), null]
    const rounds = new Map([[await this.sourceId(), roundOf(now, answers, UP_FOR_MS)]])
    const { listeningSince } = this
    const by = { rounds, absences: this.#absences, apartMs: APART_MS, staleAfterMs: STALE_AFTER, listeningSince }
    const reviewed = await review(rig.pipeline, by)
    this.#absences = reviewed.absences
    return reviewed
  }

  /** Rounds a minute apart; how many episodes were reconciled in each. */
  async reconciled(rounds: number): Promise<number[]> {
    const counts: number[] = []
    for (let i = 0; i < rounds; i++) {
      await this.rig.advance(MINUTE)
      counts.push((await this.round()).reconciled)
    }
    return counts
  }

  episodes() {
    return [...this.rig.store.episodes.everyLive()]
  }

  async told(): Promise<string[]> {
    await this.rig.flush()
    const messages = await this.rig.deliverAll()
    return messages.map(({ reason, alerts }) => `${reason} ${alerts.map((a) => a.labels.alertname).join()}`)
  }
}

export const firing = (alertname: string, more: Partial<Posted> = {}): Posted => ({
  labels: { alertname },
  startsAt: 1,
  ...more,
})
