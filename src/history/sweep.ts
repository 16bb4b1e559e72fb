/**
 * Lets go of everything that was over before a given time. It counts from the close: what is open, owed, pending or a dead
 * letter stays, with all that it refers to. The newest row of a table stays too, as its id must not be given again.
 */
import { GENERATOR_NOTED_EVERY_MS } from '../alert/store.ts'
import type { Database, Tx } from '../db/database.ts'
import { References, replacedBefore } from './references.ts'
import {
  type Dated,
  deadLetters,
  deleteEpisodes,
  deleteGenerators,
  deleteGroups,
  deleteNotifications,
  deleteQuarantined,
  deleteRequests,
  deleteVersions,
  type EpisodeRefs,
  episodesAfter,
  everyVersion,
  type GroupRefs,
  generatorsAfter,
  groupsAfter,
  groupsWithNotifications,
  highestId,
  type Letter,
  type NotificationRefs,
  notificationsAfter,
  pendingLetters,
  quarantinedAfter,
  type RowsDeleted,
  requestsAfter,
  versionsInUse,
} from './retention-store.ts'
import { dropPartitionBelow } from './search-index-store.ts'

/** Rows looked at, and at most deleted, in one step: 2 to 8 ms in which nobody else gets the writer. */
const STEP = 500

/** Bodies of up to 64 KiB take longer. */
const STEP_OF_BODIES = 50

/** Links without an alert before which nothing is done about them: some 200 KB. */
const MANY_LINKS = 1_000

/** Episodes that may stay in a part of the search index that goes: from then on they are found by looking through them. */
const FEW = 2_000

/** How one table is swept. Its ids rise with time. */
interface Table<Row extends Dated> {
  readonly read: (after: number, limit: number) => Promise<Row[]>
  readonly goes: (row: Row) => boolean
  readonly remove: (tx: Tx, ids: readonly number[]) => Promise<RowsDeleted>
  /** Which of the rows that go may not after all, asked in the transaction that deletes. */
  readonly butNot?: (tx: Tx, ids: readonly number[]) => Promise<ReadonlySet<number>>
  /** Told of every row that stays. */
  readonly stays?: (row: Row) => void
  readonly step?: number
}

export class Sweep {
  readonly #db: Database
  readonly #before: number
  readonly #deleted: (table: string, rows: number) => void
  readonly #references = new References()
  /** Episodes that a pending or dead notification names. */
  readonly #named = new Set<number>()
  #lastLetter = 0

  /** `before` is epoch ms; `deleted` is told of rows that are gone, by table. */
  constructor(db: Database, before: number, deleted: (table: string, rows: number) => void) {
    this.#db = db
    this.#before = before
    this.#deleted = deleted
  }

  /** The whole sweep, in this order: what stays in one table decides what stays in the next. Yields after each step. */
  async *run(): AsyncGenerator<void> {
    yield* this.#readLetters()
    yield* this.#episodes()
    yield* this.#notifications()
    yield* this.#groups()
    yield* this.#requests()
    yield* this.#quarantined()
    yield* this.#generators()
    yield* this.#versions()
  }

  async *#readLetters(): AsyncGenerator<void> {
    const { reader } = this.#db
    this.#lastLetter = await highestId(reader, 'notification')
    for (const read of [pendingLetters, deadLetters]) {
      for await (const page of pages<Letter>((after) => read(reader, after, STEP))) {
        this.#protect(page)
        yield
      }
    }
  }

  #protect(letters: readonly Letter[]): void {
    for (const { episodes } of letters) for (const id of episodes) this.#named.add(id)
  }

  async *#episodes(): AsyncGenerator<void> {
    const newest = await highestId(this.#db.reader, 'episode')
    let stay = 0
    let few = 0
    yield* this.#table<EpisodeRefs>({
      read: (after, limit) => episodesAfter(this.#db.reader, after, limit),
      goes: ({ id, status, closedAt }) =>
        status === 'closed' && closedAt !== null && this.#isOld(closedAt) && id !== newest,
      // One that was decided since this sweep began may have become a dead letter.
      butNot: async (tx) => {
        this.#protect(await deadLetters(tx, this.#lastLetter, Number.MAX_SAFE_INTEGER))
        return this.#named
      },
      remove: deleteEpisodes,
      stays: (episode) => {
        this.#references.add(episode)
        if (++stay <= FEW) few = episode.id
      },
    })
    while (await this.#db.transaction((tx) => dropPartitionBelow(tx, few), STEP)) yield
  }

  /** What was said of episodes that are gone, also in groups that live on: some never end. */
  async *#notifications(): AsyncGenerator<void> {
    const newest = await highestId(this.#db.reader, 'notification')
    yield* this.#table<NotificationRefs>({
      read: (after, limit) => notificationsAfter(this.#db.reader, after, limit),
      goes: ({ id, state, settledAt, groupId, fromResolved }) =>
        (state === 'delivered' || state === 'superseded') &&
        settledAt !== null &&
        this.#isOld(settledAt) &&
        id !== newest &&
        !this.#references.mayBeSpokenOf(groupId, settledAt, fromResolved),
      remove: deleteNotifications,
    })
  }

  async *#groups(): AsyncGenerator<void> {
    const newest = await highestId(this.#db.reader, 'alert_group')
    yield* this.#table<GroupRefs>({
      read: (after, limit) => groupsAfter(this.#db.reader, after, limit),
      goes: ({ id, endedAt }) =>
        endedAt !== null && this.#isOld(endedAt) && id !== newest && !this.#references.hasGroup(id),
      butNot: groupsWithNotifications,
      remove: deleteGroups,
    })
  }

  async *#requests(): AsyncGenerator<void> {
    const newest = await highestId(this.#db.reader, 'request')
    yield* this.#table({
      read: (after, limit) => requestsAfter(this.#db.reader, after, limit),
      goes: ({ id, at }) => this.#isOld(at) && id !== newest && !this.#references.requests.has(id),
      remove: deleteRequests,
    })
  }

  async *#quarantined(): AsyncGenerator<void> {
    yield* this.#table({
      read: (after, limit) => quarantinedAfter(this.#db.reader, after, limit),
      goes: ({ at }) => this.#isOld(at),
      remove: deleteQuarantined,
      step: STEP_OF_BODIES,
    })
  }

  /** Pages through a table until a page has nothing old: ids rise with time, but clocks have been set back before. */
  async *#table<Row extends Dated>(table: Table<Row>): AsyncGenerator<void> {
    const { read, goes, remove, butNot, stays, step = STEP } = table
    for await (const page of pages((after) => read(after, step))) {
      if (!page.some(({ at }) => this.#isOld(at))) return
      const over = page.filter(goes).map(({ id }) => id)
      const gone = new Set<number>()
      if (over.length > 0) {
        const rows = await this.#db.transaction(async (tx) => {
          const kept = (await butNot?.(tx, over)) ?? new Set()
          const ids = over.filter((id) => !kept.has(id))
          gone.clear()
          for (const id of ids) gone.add(id)
          return remove(tx, ids)
        }, step)
        this.#count(rows)
      }
      if (stays !== undefined) for (const row of page) if (!gone.has(row.id)) stays(row)
      yield
    }
  }

  /**
   * Links that no episode has any more. There is one per alerting rule, so what is left behind is little; only where it is
   * much, as from a sender that makes up a link for every alert, is it worth reading every episode.
   */
  async *#generators(): AsyncGenerator<void> {
    const { reader } = this.#db
    const unusedSince = this.#before - GENERATOR_NOTED_EVERY_MS
    const unused = new Set<number>()
    for await (const page of pages((after) => generatorsAfter(reader, after, STEP))) {
      for (const { id, at } of page) if (at > 0 && at < unusedSince) unused.add(id)
      yield
    }
    if (unused.size < MANY_LINKS) return
    for await (const page of pages((after) => episodesAfter(reader, after, STEP))) {
      for (const { generatorId } of page) unused.delete(generatorId)
      yield
    }
    const ids = [...unused]
    for (let start = 0; start < ids.length; start += STEP) {
      const some = ids.slice(start, start + STEP)
      this.#count(await this.#db.prune((tx) => deleteGenerators(tx, some, unusedSince)))
      yield
    }
  }

  /** Documents under which nothing that stays was decided, and nothing is decided any more. */
  async *#versions(): AsyncGenerator<void> {
    const { reader } = this.#db
    const used = this.#references.versions
    const isUsed = (id: number) => used.has(id)
    for (const id of await versionsInUse(reader)) used.add(id)
    const replaced = replacedBefore(await everyVersion(reader), this.#before)
    if (replaced.every(isUsed)) return
    for (const read of [notificationsAfter, groupsAfter]) {
      for await (const page of pages<{ id: number; versionId: number }>((after) => read(reader, after, STEP))) {
        for (const { versionId } of page) used.add(versionId)
        yield
      }
    }
    const ids = replaced.filter((id) => !isUsed(id))
    if (ids.length > 0) this.#count(await this.#db.prune((tx) => deleteVersions(tx, ids)))
  }

  #isOld(at: number): boolean {
    return at < this.#before
  }

  #count(rows: RowsDeleted): void {
    for (const [table, count] of Object.entries(rows)) if (count > 0) this.#deleted(table, count)
  }
}

/** A table from its lowest id on, page by page until an empty one. */
async function* pages<Row extends { readonly id: number }>(
  read: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const page = await read(after)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    after = last.id
  }
}
