/** Searches the alerts of a page: newest first, by the index where it helps, row by row where it does not. */
import { setImmediate } from 'node:timers/promises'
import { labelReader } from '../alert/label-text.ts'
import type { Queryable } from '../db/database.ts'
import type { Matcher } from '../route/matcher.ts'
import { type TeamScope, touchesScope } from '../team/scope.ts'
import { type AlertFilter, alertChunk, type Candidate, candidatesAmong, candidatesBetween } from './alert-store.ts'
import { type IdPage, MOST_SCANNED } from './paging.ts'
import { type AnyOf, type Conditions, choose, conditionsOf, isDense, type Measured } from './search-plan.ts'
import { matchIds, type Partition, searchPartitions } from './search-store.ts'
import type { Vocabulary } from './vocabulary.ts'

/** All of it must hold. Ids from `floor` to below `below`. */
export interface SearchQuery {
  readonly status: AlertFilter['status']
  readonly team: string | null
  /** Of these teams only. */
  readonly teams: TeamScope
  readonly source: string | null
  readonly matchers: readonly Matcher[]
  readonly floor: number
  readonly below: number
  readonly limit: number
}

/** Rows looked at in vain before regexes and broad conditions are asked of the index; fewer than that are just gone through. */
const ROWS_FIRST = 1_000

/** Hits by which the share of a condition is judged, and rows by which that of firing alerts is. */
const SAMPLE = { hits: 64, rows: 1_000 }

/** Rows looked at before other requests get their turn: 1 to 3 ms, and hits: each may be on a page of the disk of its own. */
const MOST_AT_ONCE = { rows: 1_000, hits: 250 }
const FEWEST_ROWS = 100

/** Labels that the database compares: it refuses conditions by the thousand, and all are tried on what it lets through. */
const MOST_EQUAL = 20

/** What a step costs, in rows gone through: one row found by its id, a question to the index, an id in one of its lists. */
const COST = { found: 4, question: 50, listed: 1 / 100 }

/** A stretch of ids that is in the index as a whole, or not at all. */
interface Stretch {
  readonly low: number
  readonly partition: Partition | null
}

/** How a partition is gone through. */
interface Plan {
  readonly partition: Partition
  readonly failed: boolean
  /** The share of its ids that rows of the wanted state have; none, and nothing can be found. */
  readonly rowShare: number
  /** What the index is asked; null when something is missing there altogether. */
  readonly ask: readonly AnyOf[] | null
  /** Of all ids that are in the lists to be read. */
  readonly listShare: number
}

export class AlertSearch {
  readonly #db: Queryable
  readonly #query: SearchQuery
  readonly #vocabulary: Vocabulary
  readonly #filter: AlertFilter
  readonly #conditions: Conditions
  readonly #tests: readonly { readonly read: (labelsText: string) => string; readonly matcher: Matcher }[]
  readonly #shares = new Map<AnyOf, number>()
  readonly #ids: number[] = []
  #plan: Plan | null = null
  #rows: number
  #looked = 0
  #cost = 0

  constructor(db: Queryable, query: SearchQuery, vocabulary: Vocabulary) {
    this.#db = db
    this.#query = query
    this.#vocabulary = vocabulary
    const equal = query.matchers.filter(({ op, value }) => op === '=' && value !== '')
    const { status, team, teams, source } = query
    this.#filter = { status, team, teams, source, equal: equal.slice(0, MOST_EQUAL) }
    this.#conditions = conditionsOf(query)
    this.#tests = query.matchers.map((matcher) => ({ read: labelReader(matcher.name), matcher }))
    this.#rows = query.limit
  }

  /** The page is short when enough was looked at. */
  async page(): Promise<IdPage> {
    const { floor, below, limit, status } = this.#query
    let partitions = await searchPartitions(this.#db)
    let at = below
    while (at > floor && this.#cost < MOST_SCANNED && this.#ids.length < limit) {
      const stretch = stretchBelow(partitions, at, floor)
      try {
        at = await this.#look(stretch, at)
      } catch (error) {
        partitions = await searchPartitions(this.#db)
        const isThere = partitions.some(({ number }) => number === stretch.partition?.number)
        // Retention may have dropped it since the list was read: then its ids are gone through.
        if (stretch.partition === null || isThere) throw error
      }
      await setImmediate()
    }
    const more = at > floor && (await alertChunk(this.#db, status, floor, at, 1)) !== null
    return { ids: this.#ids, below: more ? at : null }
  }

  /** One slice of work. All that fits was found from what it returns up. */
  async #look({ low, partition }: Stretch, below: number): Promise<number> {
    if (partition === null || below - low < ROWS_FIRST) return this.#goThrough(low, below)
    const failed = this.#looked >= ROWS_FIRST
    let plan = this.#plan
    if (plan?.partition !== partition || plan.failed !== failed) {
      plan = await this.#makePlan(partition, low, below, failed)
      this.#plan = plan
    }
    if (plan.ask === null) return low
    if (plan.ask.length === 0) return this.#goThrough(low, below)
    return this.#ask(plan, plan.ask, low, below)
  }

  async #goThrough(low: number, below: number): Promise<number> {
    const size = Math.max(FEWEST_ROWS, this.#nextSize(MOST_AT_ONCE.rows))
    const chunk = await alertChunk(this.#db, this.#query.status, low, below, size)
    if (chunk === null) return low
    this.#looked += chunk.rows
    this.#cost += chunk.rows
    const full = this.#take(await candidatesBetween(this.#db, this.#filter, chunk.low, below))
    return full ?? (chunk.rows < size ? low : chunk.low)
  }

  async #ask(plan: Plan, ask: readonly AnyOf[], low: number, below: number): Promise<number> {
    const size = this.#nextSize(MOST_AT_ONCE.hits)
    const hits = await matchIds(this.#db, plan.partition.number, ask, { low, below }, size)
    const isAll = hits.length < size
    const last = isAll ? low : (hits.at(-1) ?? low)
    this.#looked += hits.length
    this.#cost += COST.question + hits.length * COST.found + (below - last) * plan.listShare * COST.listed
    if (!isAll && isDense(hits.length, below - last, plan.rowShare)) {
      this.#plan = { ...plan, ask: [] }
      return below
    }
    return this.#take(await candidatesAmong(this.#db, this.#filter, hits)) ?? last
  }

  /** The id that filled the page; null if none did. */
  #take(candidates: readonly Candidate[]): number | null {
    for (const candidate of candidates) {
      if (!this.#fits(candidate)) continue
      this.#ids.push(candidate.id)
      if (this.#ids.length === this.#query.limit) return candidate.id
    }
    return null
  }

  /** The database compares capitals with small letters, and leaves most operators to us. */
  #fits({ labelsText, teamsText }: Candidate): boolean {
    const { team, teams: scope } = this.#query
    if (!this.#tests.every(({ read, matcher }) => matcher.accepts(read(labelsText)))) return false
    if (team === null && scope === null) return true
    const teams = JSON.parse(teamsText) as string[]
    return (team === null || teams.includes(team)) && touchesScope(scope, teams)
  }

  async #makePlan(partition: Partition, low: number, below: number, failed: boolean): Promise<Plan> {
    const rowShare = await this.#rowShare(low, below)
    const known = await this.#measure(partition, low, below)
    const nothing = rowShare === 0 || known.some(({ share }) => share === 0)
    const looked = failed && !nothing ? await this.#expand(partition) : []
    const measured = [...known, ...looked]
    const isMissing = nothing || looked.some(({ share }) => share === 0)
    const ask = choose(measured, rowShare, failed)
    const listShare = measured.reduce((sum, { terms, share }) => sum + (ask.includes(terms) ? share : 0), 0)
    return { partition, failed, rowShare, ask: isMissing ? null : ask, listShare }
  }

  /** Firing alerts are few, and they have an index. */
  async #rowShare(low: number, below: number): Promise<number> {
    if (this.#query.status !== 'firing') return 1
    const chunk = await alertChunk(this.#db, 'firing', low, below, SAMPLE.rows)
    if (chunk === null) return 0
    return chunk.rows / (below - (chunk.rows < SAMPLE.rows ? low : chunk.low))
  }

  /** A share is measured where the search begins and taken to be much the same further down. */
  async #measure(partition: Partition, low: number, below: number): Promise<Measured[]> {
    const measured: Measured[] = []
    for (const terms of this.#conditions.known) {
      let share = this.#shares.get(terms)
      if (share === undefined) {
        const hits = await matchIds(this.#db, partition.number, [terms], { low, below }, SAMPLE.hits)
        this.#cost += COST.question
        share = hits.length / (below - (hits.length < SAMPLE.hits ? low : (hits.at(-1) as number)))
        if (share > 0) this.#shares.set(terms, share)
      }
      measured.push({ terms, share })
      if (share === 0) break
    }
    return measured
  }

  async #expand(partition: Partition): Promise<Measured[]> {
    const measured: Measured[] = []
    const ids = partition.indexedUpto - partition.low + 1
    for (const pattern of this.#conditions.patterns) {
      if (this.#cost >= MOST_SCANNED) break
      const { expansion, cost } = await this.#vocabulary.expand(this.#db, partition, pattern)
      this.#cost += cost
      if (expansion !== null) measured.push({ terms: expansion.terms, share: expansion.count / ids })
    }
    return measured
  }

  /** Doubles, so that what is common costs little and what is rare few questions. */
  #nextSize(most: number): number {
    const size = Math.min(this.#rows, most)
    this.#rows = size * 2
    return size
  }
}

function stretchBelow(partitions: readonly Partition[], below: number, floor: number): Stretch {
  const partition = partitions.find(({ low }) => low < below)
  if (partition === undefined) return { low: floor, partition: null }
  const above = partition.indexedUpto + 1
  if (above < below) return { low: Math.max(floor, above), partition: null }
  return { low: Math.max(floor, partition.low), partition }
}
