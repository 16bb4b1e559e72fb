/** Group lives in memory, with the order in which they are due; reloaded at start and after a rollback. */
import TinyQueue from 'tinyqueue'
import type { Queryable, Tx } from '../db/database.ts'
import type { Episode } from '../episode/store.ts'
import type { PendingNotification } from '../notification/outbox.ts'
import type { NoReason } from '../notification/reason.ts'
import type { Membership } from './membership.ts'
import type { GroupState } from './state.ts'
import {
  type GroupKey,
  type GroupLife,
  groupKeyText,
  insertGroup,
  lastGroupId,
  liveGroups,
  recordNoReason,
  saveTold,
  updateGroup,
} from './store.ts'
import { isDebt, isSettledWith, type Told, toldNothing } from './told.ts'

interface Due {
  readonly at: number
  readonly groupId: number
}

/** Overtaken timers that are tolerated beside the living ones. */
const PASSED_OVER = 1_000

const earlier = (a: Due, b: Due) => a.at - b.at || a.groupId - b.groupId

export class GroupWorkingSet {
  private byKey = new Map<string, GroupLife>()
  private byId = new Map<number, GroupLife>()
  private dueAt = new Map<number, number>()
  private queue = new TinyQueue<Due>([], earlier)
  private lastId = 0

  /** Rebuilds every life from its row, its members' episodes and its pending notifications. Timers come by `schedule`. */
  async load(tx: Queryable, episodes: Iterable<Episode>, pending: Iterable<PendingNotification>): Promise<void> {
    this.lastId = await lastGroupId(tx)
    this.byKey.clear()
    this.byId.clear()
    this.dueAt.clear()
    this.queue = new TinyQueue<Due>([], earlier)
    for (const group of await liveGroups(tx)) this.remember(group)
    for (const { id, groupId, destinationId, upto, news, inDoubt } of pending) {
      const group = this.byId.get(groupId)
      if (group === undefined) continue
      const told = group.state.told.get(destinationId) ?? toldNothing
      const live = { id, upto, news, held: inDoubt }
      group.state = { ...group.state, told: new Map(group.state.told).set(destinationId, { ...told, live }) }
    }
    for (const episode of episodes) {
      for (const membership of episode.memberships) this.rejoin(membership)
    }
    for (const group of this.byId.values()) group.state = { ...group.state, seq: lastChange(group) }
  }

  private remember(group: GroupLife): void {
    this.byKey.set(groupKeyText(group), group)
    this.byId.set(group.id, group)
  }

  /** Members that everybody has heard the last of are not taken up again. */
  private rejoin(member: Membership): void {
    const group = this.byId.get(member.groupId)
    if (group === undefined || member.unreleased) return
    for (const id of member.carried) {
      if (!group.state.told.has(id))
        group.state = { ...group.state, told: new Map(group.state.told).set(id, toldNothing) }
    }
    const { state } = group
    const released = member.closed !== null ? member.closed <= state.flushedSeq : member.joined === null
    const settled = [...state.told].every(([id, told]) => isSettledWith(told, id, member))
    if (!released || !settled) group.members.set(member.episodeId, member)
  }

  async find(_tx: Tx, key: GroupKey): Promise<GroupLife | undefined> {
    return this.byKey.get(groupKeyText(key))
  }

  async get(_tx: Tx, id: number): Promise<GroupLife | undefined> {
    return this.byId.get(id)
  }

  async nextId(_tx: Tx): Promise<number> {
    return ++this.lastId
  }

  /** Starts a life; it is written by the first `save`. */
  async create(_tx: Tx, group: GroupLife): Promise<void> {
    this.remember(group)
  }

  /** Writes what changed since `before` and a restart could not derive, and files the group under its next due time. */
  async save(tx: Tx, group: GroupLife, before: GroupState, dueAt: number | null): Promise<void> {
    const { state } = group
    if (!group.stored) await insertGroup(tx, group)
    else if (timersDiffer(before, state)) await updateGroup(tx, group, null)
    group.stored = true
    for (const [id, told] of state.told) {
      if (watermarksDiffer(before.told.get(id), told)) await saveTold(tx, group.id, id, told)
    }
    this.schedule(group, dueAt)
  }

  /** Files the group under `dueAt`; older entries of the queue are passed over when met. */
  schedule(group: GroupLife, dueAt: number | null): void {
    if (dueAt === null) {
      this.dueAt.delete(group.id)
    } else if (this.dueAt.get(group.id) !== dueAt) {
      this.dueAt.set(group.id, dueAt)
      this.queue.push({ at: dueAt, groupId: group.id })
      if (this.queue.length > 2 * this.dueAt.size + PASSED_OVER) this.refile()
    }
  }

  /** Drops the entries that were overtaken: a repeat in a week would leave one behind at every flush until then. */
  private refile(): void {
    const entries = [...this.dueAt].map(([groupId, at]) => ({ at, groupId }))
    this.queue = new TinyQueue(entries, earlier)
  }

  /** How many entries the queue of timers holds, overtaken ones included. */
  get filed(): number {
    return this.queue.length
  }

  /** Writes that a document version took the group over. */
  async saveVersion(tx: Tx, group: GroupLife, versionId: number): Promise<void> {
    if (group.versionId === versionId) return
    group.versionId = versionId
    await updateGroup(tx, group, null)
  }

  async recordNoReason(tx: Tx, group: GroupLife, destinationId: number, noReason: NoReason): Promise<void> {
    await recordNoReason(tx, group.id, destinationId, noReason)
  }

  async end(tx: Tx, group: GroupLife): Promise<void> {
    await updateGroup(tx, group, tx.now)
    this.byKey.delete(groupKeyText(group))
    this.byId.delete(group.id)
    this.dueAt.delete(group.id)
  }

  /** Takes groups whose time has come, earliest first, until they or their members reach the limit. */
  async takeDue(_tx: Tx, now: number, most: { groups: number; members: number }): Promise<GroupLife[]> {
    const due: GroupLife[] = []
    let members = 0
    while (due.length < most.groups && members < most.members) {
      const next = this.peek()
      if (next === undefined || next.at > now) break
      this.queue.pop()
      this.dueAt.delete(next.groupId)
      const group = this.byId.get(next.groupId)
      if (group === undefined) continue
      due.push(group)
      members += group.members.size
    }
    return due
  }

  /** When the next group is due, epoch ms; null when none waits. */
  nextDueAt(): number | null {
    return this.peek()?.at ?? null
  }

  private peek(): Due | undefined {
    let next = this.queue.peek()
    while (next !== undefined && this.dueAt.get(next.groupId) !== next.at) {
      this.queue.pop()
      next = this.queue.peek()
    }
    return next
  }

  /** After a reload: an attempt to this destination is under way in this process. */
  hold(groupId: number, destinationId: number): void {
    const group = this.byId.get(groupId)
    const told = group?.state.told.get(destinationId)
    if (group === undefined || !told?.live) return
    const held = { ...told, live: { ...told.live, held: true } }
    group.state = { ...group.state, told: new Map(group.state.told).set(destinationId, held) }
  }

  isLive(groupId: number): boolean {
    return this.byId.has(groupId)
  }

  hasMember(groupId: number, episodeId: number): boolean {
    return this.byId.get(groupId)?.members.has(episodeId) ?? false
  }

  everyLife(): Iterable<GroupLife> {
    return this.byId.values()
  }

  count(): number {
    return this.byId.size
  }

  /** How many (episode, destination) pairs were told firing, are closed, and are not yet told so. */
  countDebts(): number {
    let debts = 0
    for (const { state, members } of this.byId.values()) {
      for (const [id, told] of state.told) {
        for (const member of members.values()) if (isDebt(told, id, member)) debts++
      }
    }
    return debts
  }
}

function lastChange(group: GroupLife): number {
  let seq = group.state.flushedSeq
  for (const told of group.state.told.values())
    seq = Math.max(seq, told.firingUpto, told.resolvedUpto, told.live?.upto ?? 0)
  for (const { joined, closed } of group.members.values()) seq = Math.max(seq, joined ?? 0, closed ?? 0)
  return seq
}

function timersDiffer(a: GroupState, b: GroupState): boolean {
  return (
    a.flushedSeq !== b.flushedSeq ||
    a.changedAt !== b.changedAt ||
    a.urgent !== b.urgent ||
    a.lastFlushAt !== b.lastFlushAt
  )
}

function watermarksDiffer(before: Told | undefined, after: Told): boolean {
  const a = before ?? toldNothing
  return (
    a.firingUpto !== after.firingUpto ||
    a.resolvedUpto !== after.resolvedUpto ||
    a.deadUpto !== after.deadUpto ||
    a.toldAt !== after.toldAt ||
    a.repeatFrom !== after.repeatFrom ||
    a.fallbackFor !== after.fallbackFor
  )
}
