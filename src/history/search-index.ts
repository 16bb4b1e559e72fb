/** Keeps the search index up with the episodes, a few at a time, so that whoever sends alerts never waits for it. */
import type { Database, Tx } from '../db/database.ts'
import { countUnindexed, indexEpisodes, mergePartition, repairPartitions } from './search-index-store.ts'

/** Episodes taken in by one transaction: about 5 ms. */
const BATCH = 1_000

/** Transactions of one run: about 5 % of the time while there is more to do. */
const BATCHES = 10

/**
 * In a storm of new alerts (so many since the last look) the index is left behind for a while: beside a saturated intake
 * an episode costs four times as much to index. What it may miss is still walked in a few pages.
 */
const STORM = 2_000
const MAY_MISS = 200_000

/** When to look again; sooner while there is more to do. What came meanwhile is searched row by row. */
const EVERY_MS = 10_000
const SOON_MS = 1_000

export class SearchIndex {
  readonly #db: Database
  readonly #lastEpisodeId: () => number
  /** How many episodes were missing at the last look, and the last there was. */
  #seen = { missing: 0, upto: 0 }
  #more = true
  /** The last episode there was when `run` was last called. */
  #lastLook = 0
  /** After an error, so that a full disk is not reported every second. */
  #restsUntil = 0

  private constructor(db: Database, lastEpisodeId: () => number) {
    this.#db = db
    this.#lastEpisodeId = lastEpisodeId
  }

  /** Before anything is taken in: what is missing or was spoilt from outside is indexed anew, by `run`. */
  static async open(db: Database, lastEpisodeId: () => number): Promise<SearchIndex> {
    await db.transaction(repairPartitions)
    const index = new SearchIndex(db, lastEpisodeId)
    await index.#count()
    index.#lastLook = lastEpisodeId()
    return index
  }

  /** Takes in what has come. Returns when to come again, epoch ms. */
  async run(): Promise<number> {
    const now = this.#db.now()
    if (now < this.#restsUntil) return this.#restsUntil
    const arrived = this.#lastEpisodeId() - this.#lastLook
    this.#lastLook += arrived
    if (arrived > STORM && this.unindexed() < MAY_MISS) return now + SOON_MS
    this.#more ||= this.unindexed() > 0
    if (!this.#more) return now + EVERY_MS
    try {
      for (let batch = 0; this.#more && batch < BATCHES; batch++) {
        this.#more = await this.#db.transaction(step)
      }
    } catch (error) {
      this.#restsUntil = now + EVERY_MS
      throw error
    }
    await this.#count()
    return now + (this.#more ? SOON_MS : EVERY_MS)
  }

  /** How many episodes can only be searched row by row. */
  unindexed(): number {
    return this.#seen.missing + Math.max(0, this.#lastEpisodeId() - this.#seen.upto)
  }

  async #count(): Promise<void> {
    const upto = this.#lastEpisodeId()
    this.#seen = { missing: await countUnindexed(this.#db.reader), upto }
  }
}

/** True when there may be more to do. */
async function step(tx: Tx): Promise<boolean> {
  return (await indexEpisodes(tx, BATCH)) > 0 || mergePartition(tx)
}
