/** Applies the group machine to group lives inside one transaction: steps in memory first, rows once at the end. */
import { type Labels, labelsFromText } from '../alert/labels.ts'
import { type Severity, severityOf, worstOf } from '../alert/severity.ts'
import type { Tx } from '../db/database.ts'
import type { Episode } from '../episode/store.ts'
import type { Claim, PendingNotification } from '../notification/outbox.ts'
import { patienceEnds } from '../notification/patience.ts'
import { type Snapshot, takeSnapshot } from '../notification/snapshot.ts'
import { matchesAll } from '../route/matcher.ts'
import type { Store } from '../store.ts'
import type { Placement, Routing } from '../team/routing.ts'
import type { Decision } from './decide.ts'
import { type GroupEvent, type Settled, step } from './group.ts'
import type { Membership } from './membership.ts'
import { type GroupConfig, newGroup } from './state.ts'
import type { GroupLife } from './store.ts'
import { dueAt, flushAt } from './timers.ts'
import { type Knower, toldNothing } from './told.ts'

export class GroupLives {
  private readonly tx: Tx
  private readonly store: Store
  private readonly routing: Routing
  /** Groups whose state moved on, with the state that is in the table. */
  private readonly moved = new Map<GroupLife, GroupLife['state']>()
  private readonly left = new Set<GroupLife>()

  constructor(tx: Tx, store: Store, routing: Routing) {
    this.tx = tx
    this.store = store
    this.routing = routing
  }

  /**
   * Makes the episode a member of the group it was placed in; the caller keeps the membership in the episode's row.
   * `knowers` heard of it in other group lives, or before it left this one.
   */
  async join(
    placement: Placement,
    episodeId: number,
    labels: Labels,
    knowers: readonly Knower[] = [],
  ): Promise<Membership> {
    const { team, route, versionId } = placement
    const key = { team, routeId: route.id, labelsText: placement.labelsText, about: placement.about }
    const group = (await this.store.groups.find(this.tx, key)) ?? (await this.begin(placement))
    const carried = knowers.length === 0 ? nobody : knowers.flatMap(({ id, certain }) => (certain ? [id] : []))
    this.apply(group, { type: 'joined', carried, urgent: isUrgent(route.flushNow, labels) })
    const joined = group.state.seq
    const stranger = {
      episodeId,
      groupId: group.id,
      joined,
      closed: null,
      versionId,
      carried: nobody,
      unreleased: false,
    }
    const member = knowers.length === 0 ? stranger : { ...stranger, ...knownBy(knowers) }
    group.members.set(episodeId, member)
    return member
  }

  private async begin({ team, route, versionId, labels, labelsText, about }: Placement): Promise<GroupLife> {
    const group: GroupLife = {
      id: await this.store.groups.nextId(this.tx),
      team,
      routeId: route.id,
      labels,
      labelsText,
      about,
      versionId,
      openedAt: this.tx.now,
      state: newGroup,
      members: new Map(),
      stored: false,
    }
    await this.store.groups.create(this.tx, group)
    return group
  }

  /** Numbers the close of an episode in each of its groups; the caller writes the episode's row. */
  async close(episode: Episode, labels: Labels): Promise<void> {
    const closed: Membership[] = []
    for (const member of episode.memberships) {
      const group = await this.store.groups.get(this.tx, member.groupId)
      if (!group?.members.has(episode.id)) {
        closed.push(member)
        continue
      }
      await this.tickOverdue(group)
      const route = this.routing.route(group.team, group.routeId)
      this.apply(group, { type: 'closed', urgent: route === undefined || isUrgent(route.flushNow, labels) })
      const last = { ...member, closed: group.state.seq }
      group.members.set(episode.id, last)
      closed.push(last)
    }
    episode.memberships = closed
  }

  /** What was due before the end came is told as it was then, though nobody got round to it. */
  private async tickOverdue(group: GroupLife): Promise<void> {
    const at = flushAt(group.state, this.config(group))
    if (at !== null && at < this.tx.now) await this.tick(group)
  }

  /** Takes a member off its route. `owed` are the destinations that know it and will hear of its end from this group. */
  async leave(group: GroupLife, member: Membership, owed: readonly Knower[]): Promise<Membership> {
    this.apply(group, { type: 'left' })
    const { unsure: _, ...kept } = member
    const left = { ...kept, joined: null, ...knownBy(owed) }
    group.members.set(member.episodeId, left)
    this.left.add(group)
    return left
  }

  /** What waits to be sent may speak of members that left, as nobody would remember: it is decided anew before it can be. */
  async tickLeft(): Promise<void> {
    for (const group of this.left) await this.tick(group)
  }

  /** Lets the group look at its timers and tell whom it has something to tell. */
  async tick(group: GroupLife): Promise<void> {
    await this.carryOut(group, this.apply(group, { type: 'tick', members: group.members }))
  }

  /** Puts the team's present document in force for the group; what waits for a destination that left it is withdrawn. */
  async configure(group: GroupLife): Promise<void> {
    const versionId = this.routing.versionId(group.team)
    if (versionId !== undefined) await this.store.groups.saveVersion(this.tx, group, versionId)
    await this.carryOut(group, this.apply(group, { type: 'configured', members: group.members }))
    if (group.state.urgent) await this.tick(group)
    for (const [destination, { live }] of group.state.told) {
      const pending = live === null ? undefined : this.store.outbox.pending(destination, live.id)
      if (pending !== undefined) await this.store.outbox.impatient(this.tx, pending)
    }
  }

  async claimed(claim: Claim): Promise<void> {
    const group = await this.groupOf(claim)
    this.apply(group, { type: 'claimed', destination: claim.destination.id })
  }

  async settled(claim: Claim, outcome: Settled): Promise<void> {
    const group = await this.groupOf(claim)
    const destination = claim.destination.id
    await this.carryOut(group, this.apply(group, { type: 'settled', destination, outcome, members: group.members }))
  }

  /** A notification has waited until nothing more is expected of it. */
  async gaveUp({ groupId, destinationId: destination }: PendingNotification, outcome: Settled): Promise<void> {
    const group = await this.store.groups.get(this.tx, groupId)
    if (group === undefined) return
    await this.carryOut(group, this.apply(group, { type: 'settled', destination, outcome, members: group.members }))
  }

  /** Has the fallback of the destination's receiver told in its stead. */
  async fallBack({ groupId, destinationId: destination }: PendingNotification): Promise<void> {
    const group = await this.store.groups.get(this.tx, groupId)
    if (group === undefined) return
    const { receiver } = this.store.outbox.destination(destination)
    const to = this.routing.fallbackOf(group.team, receiver).map(({ id }) => id)
    if (to.length === 0) return
    const { members } = group
    await this.carryOut(group, this.apply(group, { type: 'fallen-back', destination, to, members }))
  }

  /** Tries again what the destination was never told; true if there is something to say. */
  async redrive(group: GroupLife, destination: number): Promise<boolean> {
    await this.carryOut(group, this.apply(group, { type: 'redriven', destination, members: group.members }))
    return group.state.told.get(destination)?.live != null
  }

  private async groupOf({ notification }: Claim): Promise<GroupLife> {
    const group = await this.store.groups.get(this.tx, notification.groupId)
    if (group === undefined) throw new Error(`notification ${notification.id} belongs to no living group`)
    return group
  }

  private config({ team, routeId, about }: GroupLife): GroupConfig {
    return this.routing.config(team, routeId, about)
  }

  private apply(group: GroupLife, event: GroupEvent): readonly Decision[] {
    if (!this.moved.has(group)) this.moved.set(group, group.state)
    const { state, decisions } = step(group.state, event, this.tx.now, this.config(group))
    group.state = state
    return decisions
  }

  private async carryOut(group: GroupLife, decisions: readonly Decision[]): Promise<void> {
    for (const decision of decisions) {
      switch (decision.type) {
        case 'notify':
          await this.enqueue(group, decision)
          break
        case 'withhold':
          await this.saveMoved(group)
          await this.store.groups.recordNoReason(this.tx, group, decision.destination, decision.noReason)
          if (decision.cancels !== null) {
            await this.store.outbox.supersede(this.tx, decision.destination, decision.cancels, null)
          }
          break
        case 'unreleased':
          await this.keepUnreleased(group, decision.episodeId)
          break
        case 'forget':
          group.members.delete(decision.episodeId)
          break
      }
    }
  }

  private async enqueue(group: GroupLife, decision: Extract<Decision, { type: 'notify' }>): Promise<void> {
    await this.saveMoved(group)
    const { outbox } = this.store
    const { destination, upto, news, reason, supersedes } = decision
    const told = group.state.told.get(destination) ?? toldNothing
    const older = supersedes === null ? undefined : outbox.pending(destination, supersedes)
    const snapshot = takeSnapshot(told, destination, group.members.values(), upto, news)
    const severity = await this.severityOf(snapshot)
    const isReplaced = [...group.state.told.values()].some(({ fallbackFor }) => fallbackFor === destination)
    const pending = await outbox.enqueue(this.tx, {
      groupId: group.id,
      destinationId: destination,
      versionId: group.versionId,
      reason,
      news,
      fromFiring: told.firingUpto,
      fromResolved: told.resolvedUpto,
      upto,
      snapshot,
      createdAt: this.tx.now,
      lateBecause: older?.lateBecause ?? null,
      insteadOf: this.config(group).destinations.some(({ id }) => id === destination) ? null : told.fallbackFor,
      severity,
      ...patienceEnds(severity, older, isReplaced, this.tx.now),
    })
    if (supersedes !== null) await outbox.supersede(this.tx, destination, supersedes, pending.id)
    this.apply(group, { type: 'enqueued', destination, live: { id: pending.id, upto, news, held: false } })
  }

  private async severityOf({ alerts }: Snapshot): Promise<Severity> {
    const ids = alerts.map(([id]) => id)
    const episodes = await this.store.episodes.byIds(this.tx, ids)
    return worstOf([...episodes.values()].map(({ labelsText }) => severityOf(labelsFromText(labelsText).severity)))
  }

  /** Nobody is told of it; its own row remembers why. */
  private async keepUnreleased(group: GroupLife, episodeId: number): Promise<void> {
    group.members.delete(episodeId)
    const episode = (await this.store.episodes.byIds(this.tx, [episodeId])).get(episodeId)
    if (episode === undefined) return
    episode.memberships = episode.memberships.map((m) => (m.groupId === group.id ? { ...m, unreleased: true } : m))
    await this.store.episodes.save(this.tx, episode)
  }

  /** Writes every group that moved and files it under its next due time; a life with nothing left to say ends. */
  async save(): Promise<void> {
    for (const group of [...this.moved.keys()]) {
      await this.saveMoved(group)
      const quiet = group.members.size === 0 && [...group.state.told.values()].every((told) => told.live === null)
      if (quiet) await this.store.groups.end(this.tx, group)
    }
  }

  /** A group's row stands before the rows that refer to it. */
  private async saveMoved(group: GroupLife): Promise<void> {
    const before = this.moved.get(group)
    if (before === undefined) return
    this.moved.set(group, group.state)
    const due = dueAt(group.state, this.config(group))
    await this.store.groups.save(this.tx, group, before, due)
  }
}

function knownBy(knowers: readonly Knower[]): Pick<Membership, 'carried' | 'unsure'> {
  const unsure = knowers.flatMap(({ id, certain }) => (certain ? [] : [id]))
  return { carried: knowers.map(({ id }) => id), ...(unsure.length > 0 && { unsure }) }
}

/** Shared: nearly every member is carried by nobody, and lives as long as its episode. */
const nobody: readonly number[] = []

function isUrgent(flushNow: Parameters<typeof matchesAll>[0], labels: Labels): boolean {
  return flushNow.length > 0 && matchesAll(flushNow, labels)
}
