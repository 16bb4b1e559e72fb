/** How one trigger goes: what Prometheus says of its alert, and whom the router told. */
import type { ActiveAlert } from '../stack/prometheus-api.ts'
import { TriggerError } from './cause.ts'
import type { Report } from './report.ts'
import type { Destination, ExplainedAlert, Router } from './router.ts'
import type { Trigger } from './triggers.ts'

/** Milliseconds; null: it did not happen, or not while anybody looked. */
export interface Result {
  readonly alert: string
  readonly severity: Trigger['severity']
  /** From the begin of its cause until Prometheus called it firing, and until every destination was told. */
  readonly firedAfterMs: number | null
  readonly toldAfterMs: number | null
  /** From the end of its cause. */
  readonly resolvedAfterMs: number | null
  readonly toldResolvedAfterMs: number | null
  /** Those that were told that it fires, and those that were told that it ended. */
  readonly destinations: readonly Destination[]
  readonly destinationsResolved: readonly Destination[]
  /** What is missing, in a sentence; null when it went as it should. */
  readonly problem: string | null
}

const ASK_ROUTER_EVERY_MS = 1_000

/** Its own clock may be a little behind ours. */
const CLOCKS_MS = 2_000

export class Course {
  readonly trigger: Trigger
  readonly name: string
  /** How long each part of it may take, in ms. */
  readonly patience: number
  readonly #report: Report
  #state: 'inactive' | 'pending' | 'firing' | 'unknown' = 'unknown'
  #since: number | null = null
  #saidWaiting = false
  #began: number | null = null
  #ended: number | null = null
  #firedAt: number | null = null
  #toldAt: number | null = null
  #resolvedAt: number | null = null
  #toldResolvedAt: number | null = null
  #askedAt = 0
  #heard: ExplainedAlert | null = null
  #destinations: readonly Destination[] = []
  #destinationsResolved: readonly Destination[] = []
  #trouble: string | null = null

  constructor(trigger: Trigger, patience: number, report: Report) {
    this.trigger = trigger
    this.patience = patience
    this.name = `${trigger.alert} (${trigger.severity})`
    this.#report = report
  }

  get isQuiet(): boolean {
    return this.#state === 'inactive' || this.trigger.cause.always === true
  }

  get hasFired(): boolean {
    const { always, deafens } = this.trigger.cause
    return this.#firedAt !== null && (this.#toldAt !== null || always === true || deafens === true)
  }

  get hasEnded(): boolean {
    return this.trigger.cause.always === true || (this.#resolvedAt !== null && this.#toldResolvedAt !== null)
  }

  begin(at: number): void {
    this.#began = at
  }

  end(at: number): void {
    this.#ended = at
  }

  /** One look at both sides. `alerts`: all that Prometheus has pending or firing. */
  async look(alerts: readonly ActiveAlert[], router: Router): Promise<void> {
    this.#lookAtPrometheus(alerts.filter((alert) => this.#isMine(alert)))
    if (this.#began === null || !this.#listens()) return
    if (Date.now() - this.#askedAt < ASK_ROUTER_EVERY_MS) return
    this.#askedAt = Date.now()
    try {
      await this.#askRouter(router, this.#began)
      this.#trouble = null
    } catch (error) {
      // It may be the victim, and back at the next look; if not, this is the problem.
      if (!(error instanceof TriggerError)) throw error
      this.#trouble = error.message
    }
  }

  result(): Result {
    const from = (start: number | null, at: number | null) => (start === null || at === null ? null : at - start)
    return {
      alert: this.trigger.alert,
      severity: this.trigger.severity,
      firedAfterMs: from(this.#began, this.#firedAt),
      toldAfterMs: from(this.#began, this.#toldAt),
      resolvedAfterMs: from(this.#ended, this.#resolvedAt),
      toldResolvedAfterMs: from(this.#ended, this.#toldResolvedAt),
      destinations: this.#destinations,
      destinationsResolved: this.#destinationsResolved,
      problem: this.#problem(),
    }
  }

  #isMine({ labels }: ActiveAlert): boolean {
    const { alert, severity, labels: own } = this.trigger
    return (
      labels.alertname === alert &&
      labels.severity === severity &&
      Object.entries(own).every(([name, value]) => labels[name] === value)
    )
  }

  #lookAtPrometheus(mine: readonly ActiveAlert[]): void {
    const firing = mine.filter(({ state }) => state === 'firing')
    const state = firing.length > 0 ? 'firing' : mine.length > 0 ? 'pending' : 'inactive'
    const changed = state !== this.#state
    this.#state = state
    this.#since = mine.length === 0 ? null : Math.min(...mine.map(({ activeAt }) => activeAt))
    if (this.#began === null) {
      this.#waits()
      return
    }
    const now = Date.now()
    if (this.#firedAt === null && changed && state === 'pending') this.#step('pending', now - this.#began)
    if (this.#firedAt === null && state === 'firing') {
      this.#firedAt = now
      if (this.trigger.cause.always === true)
        this.#report({ what: 'fires', alert: this.name, since: this.#since ?? now })
      else this.#step('firing', now - this.#began)
    }
    if (this.#ended === null) return
    if (state !== 'inactive') {
      // Back again: what was told of its end was too soon.
      this.#resolvedAt = null
      this.#toldResolvedAt = null
    } else if (this.#firedAt !== null && this.#resolvedAt === null) {
      this.#resolvedAt = now
      this.#step('resolved', now - this.#ended)
    }
  }

  #waits(): void {
    if (this.isQuiet || this.#saidWaiting || this.#since === null) return
    this.#saidWaiting = true
    this.#report({ what: 'waits', alert: this.name, since: this.#since })
  }

  /** Whether the router has something to say that is not known yet. */
  #listens(): boolean {
    const { always, deafens } = this.trigger.cause
    if (always === true || this.#firedAt === null) return false
    if (this.#ended === null) return this.#toldAt === null && deafens !== true
    return this.#resolvedAt !== null && this.#toldResolvedAt === null
  }

  async #askRouter(router: Router, began: number): Promise<void> {
    const { alert, severity, labels } = this.trigger
    const lives = (await router.alerts(alert, severity, began - CLOCKS_MS)).filter((life) =>
      Object.entries(labels).every(([name, value]) => life.labels[name] === value),
    )
    const [newest] = lives
    if (newest === undefined) return
    this.#heard = await router.alert(newest.id)
    const { told } = this.#heard
    const now = Date.now()
    if (this.#ended === null) {
      if (told.length === 0 || told.some(({ told }) => told === 'nothing')) return
      this.#toldAt = now
      this.#destinations = told.map(({ destination }) => destination)
      this.#tell('told-firing', now - began, this.#destinations)
      return
    }
    const isOver = lives.every(({ status }) => status === 'resolved')
    if (!isOver || told.length === 0 || told.some(({ told, owed }) => told !== 'resolved' || owed)) return
    this.#toldResolvedAt = now
    this.#destinationsResolved = told.map(({ destination }) => destination)
    // Who is told of the end was told of the begin; a router that could not be asked meanwhile says so afterwards.
    if (this.#destinations.length === 0) this.#destinations = this.#destinationsResolved
    this.#tell('told-resolved', now - this.#ended, this.#destinationsResolved)
  }

  #problem(): string | null {
    if (this.trigger.cause.always === true) return this.#firedAt === null ? 'It does not fire.' : null
    if (this.#firedAt === null) return `It did not fire; Prometheus has it ${this.#state}.`
    if (this.#ended === null) return this.hasFired ? null : `It fired, but ${this.#unheard('was not told')}`
    if (this.#resolvedAt === null) return `It did not end; Prometheus has it ${this.#state}.`
    return this.hasEnded ? null : `It ended, but ${this.#unheard('its end was not told')}`
  }

  #unheard(what: string): string {
    if (this.#trouble !== null) return `${what}: ${this.#trouble}`
    if (this.#heard === null) return `${what}: the router has not heard of it.`
    const [next] = this.#heard.next
    return `${what}: ${next === undefined ? 'the router has nothing planned' : next.text}`
  }

  #step(what: 'pending' | 'firing' | 'resolved', afterMs: number): void {
    this.#report({ what, alert: this.name, afterMs })
  }

  #tell(what: 'told-firing' | 'told-resolved', afterMs: number, destinations: readonly Destination[]): void {
    this.#report({ what, alert: this.name, afterMs, destinations })
  }
}
