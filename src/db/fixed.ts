/** A tag like sql-template-tag's for statements that run thousands of times a second: each text is put together once. */
import type { Query, Value } from './database.ts'

const texts = new WeakMap<TemplateStringsArray, { sql: string; text: string }>()

/**
 * A query without nested fragments. The tag of the library joins the parts at each call, about 1 us for 20 values, and
 * hands out a new string that has to be hashed again to find its prepared statement; here a call site keeps its own.
 */
export function fixed(parts: TemplateStringsArray, ...values: Value[]): Query {
  let known = texts.get(parts)
  if (known === undefined) {
    const text = parts.reduce((before, part, n) => `${before}$${n}${part}`)
    known = { sql: parts.join('?'), text }
    texts.set(parts, known)
  }
  return { sql: known.sql, text: known.text, values }
}
