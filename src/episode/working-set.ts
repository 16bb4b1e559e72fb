/** Everything open or just closed, in memory: what the embedded store answers from, reloaded at start and after a rollback. */
import { isTwinKey } from '../alert/identity.ts'
import type { Queryable, Tx } from '../db/database.ts'
import { LATE_DUPLICATE_WINDOW_MS, type LastClose, lastCloseOf, memoryOf, remember } from './episode.ts'
import {
  type AlertRecord,
  addNote,
  closeEpisodes,
  correctedText,
  type Episode,
  episodesByIds,
  insertEpisode,
  lastEpisodeId,
  liveEpisodes,
  updateEpisode,
} from './store.ts'

const LOAD_PAGE = 5_000

export class EpisodeWorkingSet {
  /** By source, then by fingerprint: a joined key would be a string more per alert, made anew at each look-up. */
  private alerts = new Map<number, Map<string, AlertRecord>>()
  private live = new Map<number, Episode>()
  private dirty = new Set<Episode>()
  private lastId = 0
  /** Some alert lives under the key that is made when the hashes of two label sets collide. */
  knowsTwins = false

  async load(tx: Queryable): Promise<void> {
    this.alerts.clear()
    this.live.clear()
    this.dirty.clear()
    this.knowsTwins = false
    this.lastId = await lastEpisodeId(tx)
    let after = 0
    for (;;) {
      const page = await liveEpisodes(tx, after, LOAD_PAGE)
      for (const episode of page) this.takeUp(episode)
      const last = page.at(-1)
      if (last === undefined || page.length < LOAD_PAGE) break
      after = last.id
    }
  }

  private takeUp(episode: Episode): void {
    this.live.set(episode.id, episode)
    const record = this.record(episode.sourceId, episode.fingerprint)
    record.labelsText = episode.labelsText
    if (episode.status === 'open') record.open = episode
    const { endsAt, closedAt, latestStartAt, closeReason: reason } = episode
    if (endsAt !== null && closedAt !== null && reason !== null) {
      record.lastClose = remember(record.lastClose, lastCloseOf({ endsAt, closedAt, latestStartAt, reason }))
      if (record.lastClose.closedAt === closedAt) record.closed = episode
    }
  }

  /** The alerts of a source, in the order asked; one that nobody knows yet comes blank, and the same to all who ask. */
  async find(_tx: Tx, sourceId: number, fingerprints: readonly string[]): Promise<AlertRecord[]> {
    return fingerprints.map((fingerprint) => this.record(sourceId, fingerprint))
  }

  private record(sourceId: number, fingerprint: string): AlertRecord {
    let ofSource = this.alerts.get(sourceId)
    if (ofSource === undefined) {
      ofSource = new Map()
      this.alerts.set(sourceId, ofSource)
    }
    let record = ofSource.get(fingerprint)
    if (record === undefined) {
      this.knowsTwins ||= isTwinKey(fingerprint)
      record = { sourceId, fingerprint, labelsText: null, open: null, lastClose: null, closed: null }
      ofSource.set(fingerprint, record)
    }
    return record
  }

  /** Whether any alert of the source is open or lately closed. */
  knowsAny(sourceId: number): boolean {
    return (this.alerts.get(sourceId)?.size ?? 0) > 0
  }

  async peek(_tx: Tx, sourceId: number, fingerprint: string): Promise<AlertRecord | undefined> {
    return this.alerts.get(sourceId)?.get(fingerprint)
  }

  /** Takes back a blank record that turned out to be nobody's. */
  discard({ sourceId, fingerprint }: AlertRecord): void {
    this.alerts.get(sourceId)?.delete(fingerprint)
  }

  /** 0 when there is none. */
  newestId(): number {
    return this.lastId
  }

  /** Dense ids in order of receipt. */
  async nextId(_tx: Tx): Promise<number> {
    return ++this.lastId
  }

  insert(tx: Tx, record: AlertRecord, episode: Episode): Promise<unknown> {
    this.live.set(episode.id, episode)
    record.labelsText = episode.labelsText
    record.open = episode
    return insertEpisode(tx, episode)
  }

  /** A life of which only the end was seen: written as one that opens and closes at once. */
  async insertClosed(tx: Tx, record: AlertRecord, episode: Episode): Promise<void> {
    const { open } = record
    await this.insert(tx, record, episode)
    record.open = open
    record.closed = episode
    await this.save(tx, episode)
  }

  /** Keeps a later end of a life that is over, or the source's own word on one that was closed without it. */
  async correctEnd(
    tx: Tx,
    { closed }: AlertRecord,
    { endsAt, closedAt, reason }: LastClose,
    requestId: number | null,
  ): Promise<void> {
    if (closed === null) return
    if (closed.closeReason !== reason) {
      await addNote(tx, closed.id, 'corrected', correctedText(closed))
      closed.closedBy = requestId
    }
    closed.endsAt = endsAt
    closed.closedAt = closedAt
    closed.closeReason = reason
    await this.save(tx, closed)
  }

  /** Writes a changed episode now: its start moved, it closed, or it joined or left a group. */
  save(tx: Tx, episode: Episode): Promise<unknown> {
    this.dirty.delete(episode)
    return updateEpisode(tx, episode)
  }

  /** A repeat costs no write: last_seen, annotations and the count go out with the next change or `writeRepeats`. */
  touch(episode: Episode, now: number, annotationsText: string): void {
    episode.lastSeenAt = now
    episode.repeats++
    // An equal text that came with the request would push the old one, long settled in memory, out into the garbage.
    if (episode.annotationsText !== annotationsText) episode.annotationsText = annotationsText
    this.dirty.add(episode)
  }

  hasRepeats(): boolean {
    return this.dirty.size > 0
  }

  /** Writes at most `limit` pending repeats; true when more wait. */
  async writeRepeats(tx: Tx, limit: number): Promise<boolean> {
    let written = 0
    for (const episode of this.dirty) {
      if (written++ >= limit) return true
      await updateEpisode(tx, episode)
      this.dirty.delete(episode)
    }
    return false
  }

  /** Is there a closed episode old enough to let go of? Closed ones are few: the scan stops at the first. */
  hasRetirable(now: number): boolean {
    for (const episode of this.live.values()) if (this.isOver(episode, now)) return true
    return false
  }

  /** Nothing late can come any more. The close of an alert that lived on is remembered only for late duplicates. */
  private isOver(episode: Episode, now: number): boolean {
    const { closedAt, closeReason } = episode
    if (closedAt === null || closeReason === null || closedAt > now - LATE_DUPLICATE_WINDOW_MS) return false
    const record = this.alerts.get(episode.sourceId)?.get(episode.fingerprint)
    const isLast = record?.closed === episode && record.open === null
    return !isLast || closedAt <= now - memoryOf(closeReason)
  }

  /** Lets go of closed episodes that nobody is owed and nothing late can reach; at most `limit`, true when more wait. */
  async retire(tx: Tx, isOwed: (episode: Episode) => boolean, limit: number): Promise<boolean> {
    const retired: Episode[] = []
    for (const episode of this.live.values()) {
      if (!this.isOver(episode, tx.now) || isOwed(episode)) continue
      if (retired.length >= limit) break
      retired.push(episode)
    }
    await closeEpisodes(
      tx,
      retired.map((episode) => episode.id),
    )
    for (const episode of retired) this.drop(episode, tx.now)
    return retired.length >= limit
  }

  private drop(episode: Episode, now: number): void {
    this.live.delete(episode.id)
    this.dirty.delete(episode)
    const record = this.alerts.get(episode.sourceId)?.get(episode.fingerprint)
    if (record === undefined) return
    if (record.closed === episode) record.closed = null
    const { lastClose } = record
    if (lastClose !== null && lastClose.closedAt <= now - memoryOf(lastClose.reason)) record.lastClose = null
    if (record.open === null && record.lastClose === null) this.discard(record)
  }

  /** By id, from memory where live, else from the table; missing ids are left out. */
  async byIds(db: Queryable, ids: readonly number[]): Promise<Map<number, Episode>> {
    const found = new Map<number, Episode>()
    const missing: number[] = []
    for (const id of ids) {
      const episode = this.live.get(id)
      if (episode === undefined) missing.push(id)
      else found.set(id, episode)
    }
    for (const episode of await episodesByIds(db, missing)) found.set(episode.id, episode)
    return found
  }

  /** Open episodes with a greater id, in id order: the batches of a re-route. */
  async openAfter(_tx: Tx, afterId: number, limit: number): Promise<Episode[]> {
    const batch: Episode[] = []
    for (const episode of this.live.values()) {
      if (episode.id <= afterId || episode.status !== 'open') continue
      batch.push(episode)
      if (batch.length >= limit) break
    }
    return batch
  }

  /** The alerts of a source that are held to be over because it did not list them any more. */
  async reconciled(_tx: Tx, sourceId: number): Promise<AlertRecord[]> {
    const found: AlertRecord[] = []
    for (const record of this.alerts.get(sourceId)?.values() ?? []) {
      if (record.open === null && record.lastClose?.reason === 'reconciled') found.push(record)
    }
    return found
  }

  /** What a source has open. */
  async openOf(_tx: Tx, sourceId: number): Promise<Episode[]> {
    return [...(this.alerts.get(sourceId)?.values() ?? [])].flatMap(({ open }) => (open === null ? [] : [open]))
  }

  *everyLive(): Iterable<Episode> {
    yield* this.live.values()
  }

  /** Open, or closed so lately that something may still be heard or told of it. */
  countLive(): number {
    return this.live.size
  }

  countOpen(): number {
    let open = 0
    for (const ofSource of this.alerts.values()) {
      for (const record of ofSource.values()) if (record.open !== null) open++
    }
    return open
  }
}
