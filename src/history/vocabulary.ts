/** Which terms of the search index a regex stands for: a label's terms are read once for each partition, and remembered. */
import { setImmediate } from 'node:timers/promises'
import type { Queryable } from '../db/database.ts'
import { type AnyOf, acceptsTerm, MOST_TERMS, type Pattern } from './search-plan.ts'
import { type Partition, type TermCount, termsAfter } from './search-store.ts'
import { isCut } from './search-term.ts'

/** Terms read before other requests get their turn: 1 ms, but for the 1.5 to 5 ms of each that half of all episodes have. */
const SLICE = 1_000

/** Regexes tried before others get their turn. */
const TRIED_AT_ONCE = 1_000

/** Terms of one label and beginning that are read: for 65,000 in a partition it takes 50 ms. With more, rows are gone through. */
const MOST_READ = 100_000

/** Characters of terms that are remembered, a byte each: 20 partitions with 50,000 values of one label. */
const MOST_REMEMBERED = 32 * 1024 * 1024

/** Episodes that all terms with one beginning may have together, to be asked for by that beginning: 300 ns each. */
const MOST_BY_PREFIX = 20_000

/** What things cost in rows gone through: counting an episode of a term, and searching a character. */
const COST = { counted: 1 / 40, searched: 1 / 1_000 }

/** Terms of which every episode has one that the pattern accepts, and how many have them; null for too many. */
export type Expansion = { readonly terms: AnyOf; readonly count: number } | null

/** The terms of a label that have one beginning. */
interface Terms {
  /** Those that were not cut, with their counts: each a line, with an end of line before and after it. */
  readonly text: string
  readonly cut: readonly TermCount[]
  /** Of all terms together. */
  readonly episodes: number
}

export class Vocabulary {
  /** The least recently used first; null for too many. */
  readonly #remembered = new Map<string, Terms | null>()
  #size = 0

  /** `cost` is in rows gone through. */
  async expand(
    db: Queryable,
    partition: Partition,
    pattern: Pattern,
  ): Promise<{ readonly expansion: Expansion; readonly cost: number }> {
    const { terms, cost } = await this.#terms(db, partition, pattern.prefix)
    if (terms === null) return { expansion: null, cost }
    const { found, tried } = await search(terms, pattern)
    const expansion = toExpansion(terms, found, pattern.prefix)
    return { expansion, cost: cost + tried + terms.text.length * COST.searched }
  }

  async #terms(db: Queryable, partition: Partition, prefix: string): Promise<{ terms: Terms | null; cost: number }> {
    const key = JSON.stringify([partition.number, partition.indexedUpto, prefix])
    const known = this.#remembered.get(key)
    if (known !== undefined) {
      this.#remembered.delete(key)
      this.#remembered.set(key, known)
      return { terms: known, cost: 0 }
    }
    const read = await readTerms(db, partition.number, prefix)
    this.#remember(key, read.terms)
    return read
  }

  #remember(key: string, terms: Terms | null): void {
    // Another request may have read the same meanwhile.
    if (!this.#remembered.has(key)) this.#size += sizeOf(terms)
    this.#remembered.set(key, terms)
    for (const [oldest, old] of this.#remembered) {
      if (this.#size <= MOST_REMEMBERED) break
      this.#remembered.delete(oldest)
      this.#size -= sizeOf(old)
    }
  }
}

/** What is around the text counts too, so that a flood of small ones cannot hold memory. */
function sizeOf(terms: Terms | null): number {
  return 500 + (terms === null ? 0 : terms.text.length + terms.cut.length * 500)
}

async function readTerms(
  db: Queryable,
  partition: number,
  prefix: string,
): Promise<{ terms: Terms | null; cost: number }> {
  const texts: string[] = []
  const cut: TermCount[] = []
  let terms = 0
  let episodes = 0
  for (let after = ''; ; ) {
    const slice = await termsAfter(db, partition, prefix, after, SLICE)
    for (const { term, count } of slice) {
      episodes += count
      if (isCut(term)) cut.push({ term, count })
      else texts.push(`${term} ${count}`)
    }
    terms += slice.length
    const cost = terms + episodes * COST.counted
    if (terms > MOST_READ || cut.length > MOST_TERMS) return { terms: null, cost }
    if (slice.length < SLICE) return { terms: { text: `\n${texts.join('\n')}\n`, cut, episodes }, cost }
    after = slice.at(-1)?.term ?? ''
    await setImmediate()
  }
}

/** Only terms that hold the part that all matches share are tried. Ends when there are more than can be asked for. */
async function search({ text, cut }: Terms, pattern: Pattern): Promise<{ found: TermCount[]; tried: number }> {
  const found = [...cut]
  let tried = 0
  for (let at = text.indexOf(pattern.part); at >= 0 && found.length <= MOST_TERMS; ) {
    const start = text.lastIndexOf('\n', at) + 1
    const end = text.indexOf('\n', start)
    if (end < 0) break
    const [term = '', count] = text.slice(start, end).split(' ')
    if (acceptsTerm(pattern, term)) found.push({ term, count: Number(count) })
    if (++tried % TRIED_AT_ONCE === 0) await setImmediate()
    at = text.indexOf(pattern.part, end)
  }
  return { found, tried }
}

function toExpansion({ episodes }: Terms, found: readonly TermCount[], prefix: string): Expansion {
  if (found.length <= MOST_TERMS) {
    return { terms: found.map(({ term }) => term), count: found.reduce((sum, { count }) => sum + count, 0) }
  }
  return episodes > MOST_BY_PREFIX ? null : { terms: [`${prefix}*`], count: episodes }
}
