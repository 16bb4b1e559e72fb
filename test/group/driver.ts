/** Drives the group machine as the router does, with one member map and the outbox reduced to what the machine knows of it. */
import type { Reason } from '../../src/channel/channel.ts'
import type { Decision } from '../../src/group/decide.ts'
import { type GroupEvent, type Settled, step } from '../../src/group/group.ts'
import type { Membership } from '../../src/group/membership.ts'
import { type GroupConfig, type GroupState, newGroup } from '../../src/group/state.ts'
import { dueAt } from '../../src/group/timers.ts'

export const SLACK = 1
export const PAGERDUTY = 2

/** What a person at a destination would have seen, in order: `1 first` or `1 none already-told`. */
export class GroupDriver {
  state: GroupState = newGroup
  readonly members = new Map<number, Membership>()
  now = 0
  config: GroupConfig
  /** What the outbox would still send. */
  private readonly pending = new Set<number>()
  private nextNotification = 1

  constructor(config: Partial<GroupConfig> = {}) {
    this.config = {
      groupWaitMs: 5_000,
      groupIntervalMs: 60_000,
      repeatIntervalMs: 3_600_000,
      destinations: [{ id: SLACK, wantsResolved: true, wantsMissed: true }],
      fallbacks: [],
      ...config,
    }
  }

  fire(episodeId: number, options: { urgent?: boolean; carried?: number[] } = {}): void {
    const { urgent = false, carried = [] } = options
    this.apply({ type: 'joined', urgent, carried })
    const joined = this.state.seq
    this.members.set(episodeId, {
      episodeId,
      groupId: 1,
      joined,
      closed: null,
      versionId: 1,
      carried,
      unreleased: false,
    })
  }

  resolve(episodeId: number, urgent = false): void {
    const member = this.member(episodeId)
    this.apply({ type: 'closed', urgent })
    this.members.set(episodeId, { ...member, closed: this.state.seq })
  }

  leave(episodeId: number, owed: number[]): void {
    const member = this.member(episodeId)
    this.apply({ type: 'left' })
    this.members.set(episodeId, { ...member, joined: null, carried: owed })
  }

  /** Advances to the next due time and ticks; fails if nothing is due. */
  tick(): string[] {
    const due = dueAt(this.state, this.config)
    if (due === null) throw new Error('nothing is due')
    this.now = Math.max(this.now, due)
    return this.apply({ type: 'tick', members: this.members })
  }

  /** Ticks without moving the clock, whether or not anything is due. */
  look(): string[] {
    return this.apply({ type: 'tick', members: this.members })
  }

  configure(config: Partial<GroupConfig>): string[] {
    this.config = { ...this.config, ...config }
    return this.apply({ type: 'configured', members: this.members })
  }

  claim(destination = SLACK): void {
    this.apply({ type: 'claimed', destination })
  }

  settle(outcome: Settled, destination = SLACK): string[] {
    const live = this.state.told.get(destination)?.live
    if (live && outcome !== 'retry' && outcome !== 'in-doubt') this.pending.delete(live.id)
    return this.apply({ type: 'settled', destination, outcome, members: this.members })
  }

  fallBack(to: number[], destination = SLACK): string[] {
    return this.apply({ type: 'fallen-back', destination, to, members: this.members })
  }

  redrive(destination = SLACK): string[] {
    return this.apply({ type: 'redriven', destination, members: this.members })
  }

  /** Claims and delivers what is pending for a destination. */
  deliver(destination = SLACK): string[] {
    this.claim(destination)
    return this.settle('delivered', destination)
  }

  /** Ticks, delivers at once, and says what was told. */
  tellNow(destination = SLACK): string[] {
    const said = this.tick()
    if (this.state.told.get(destination)?.live) said.push(...this.deliver(destination))
    return said
  }

  /** Notifications that wait to be sent though the group knows nothing of them. */
  get orphans(): number[] {
    const live = new Set([...this.state.told.values()].map((told) => told.live?.id))
    return [...this.pending].filter((id) => !live.has(id))
  }

  get due(): number | null {
    return dueAt(this.state, this.config)
  }

  private member(episodeId: number): Membership {
    const member = this.members.get(episodeId)
    if (member === undefined) throw new Error(`episode ${episodeId} is not a member`)
    return member
  }

  private apply(event: GroupEvent): string[] {
    const { state, decisions } = step(this.state, event, this.now, this.config)
    this.state = state
    return decisions.map((decision) => this.carryOut(decision))
  }

  private carryOut(decision: Decision): string {
    switch (decision.type) {
      case 'notify': {
        const { destination, upto, news, supersedes } = decision
        if (supersedes !== null) this.pending.delete(supersedes)
        this.pending.add(this.nextNotification)
        const live = { id: this.nextNotification++, upto, news, held: false }
        this.apply({ type: 'enqueued', destination, live })
        return said(destination, decision.reason)
      }
      case 'withhold':
        if (decision.cancels !== null) this.pending.delete(decision.cancels)
        return `${decision.destination} none ${decision.noReason}`
      case 'unreleased':
        this.members.delete(decision.episodeId)
        return `unreleased ${decision.episodeId}`
      case 'forget':
        this.members.delete(decision.episodeId)
        return `forget ${decision.episodeId}`
    }
  }
}

function said(destination: number, reason: Reason): string {
  return `${destination} ${reason}`
}
