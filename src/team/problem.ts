/** What is wrong with a team's document: where, what, and what would be valid instead. */
import { LineCounter } from 'yaml'

/** One fault of one document. `line` and `column` count from 1; no field ever holds a secret's value. */
export interface DocumentProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly what: string
  readonly valid: string
}

/** As compilers print it: `teams/x.yml:7:13: what is wrong; what would be valid`. */
export function formatProblem({ file, line, column, what, valid }: DocumentProblem): string {
  return `${file}:${line}:${column}: ${what}; ${valid}`
}

/** More would only repeat one mistake: a file of another kind has one problem per line. */
const mostProblems = 100

/** Collects the problems of one document by text offset; the parser goes on after each, so that all are told at once. */
export class ProblemList {
  readonly #file: string
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #seen = new Set<string>()
  readonly #found: { offset: number; what: string; valid: string }[] = []

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    this.#lines.addNewLine(0)
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lines.addNewLine(at + 1)
  }

  /** The same problem at the same place, met again through an alias, is told once. */
  add(offset: number, what: string, valid: string): void {
    const key = `${offset} ${what}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#found.push({ offset, what, valid })
  }

  get count(): number {
    return this.#found.length
  }

  /** Columns count characters as an editor does: an emoji is one. */
  place(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    const before = this.#text.slice(offset - col + 1, offset)
    return { line, column: [...before.replace('\ufeff', '')].length + 1 }
  }

  /** In order of position; the first hundred, then how many more there are. */
  list(): DocumentProblem[] {
    const sorted = this.#found.toSorted((a, b) => a.offset - b.offset)
    const shown = sorted.slice(0, mostProblems)
    const next = sorted[mostProblems]
    if (next !== undefined) {
      const more = sorted.length - mostProblems
      shown.push({ offset: next.offset, what: `${more} more problems follow`, valid: 'mend those above first' })
    }
    return shown.map(({ offset, what, valid }) => ({ file: this.#file, ...this.place(offset), what, valid }))
  }
}

/** A name or value for a message: in quotes, one line, at most 60 characters. Never for what may be a secret. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
