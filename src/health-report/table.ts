/** Columns that line up. */
import { cells, wrap } from '../terminal/cells.ts'
import type { Colour, Terminal } from '../terminal/terminal.ts'

export interface Column {
  readonly title: string
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right'
}

export interface Row {
  readonly cells: readonly string[]
  readonly colour?: Colour | undefined
}

const GAP = '  '

/** In cells. Names of our own are shorter; but whoever exports a metric may call a model what they like. */
const WIDEST = 40

/** Each column is as wide as its widest cell; what is too long is cut. */
export function printTable(terminal: Terminal, columns: readonly Column[], given: readonly Row[]): void {
  const rows = given.map((row) => ({ ...row, cells: row.cells.map(short) }))
  const widths = columns.map(({ title }, n) => Math.max(cells(title), ...rows.map((row) => cells(row.cells[n] ?? ''))))
  const line = (texts: readonly string[]) =>
    texts
      .map((text, n) => {
        const padding = ' '.repeat(Math.max(0, (widths[n] ?? 0) - cells(text)))
        return columns[n]?.align === 'right' ? padding + text : text + padding
      })
      .join(GAP)
      .trimEnd()
  terminal.say(GAP + line(columns.map(({ title }) => title)), 'gray')
  for (const row of rows) terminal.say(GAP + line(row.cells), row.colour)
}

function short(text: string): string {
  const [first = '', ...rest] = wrap(text, WIDEST)
  return rest.length === 0 ? first : `${first}…`
}
