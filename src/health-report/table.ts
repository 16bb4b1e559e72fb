/** Columns that line up. */
import { cells } from '../terminal/cells.ts'
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

/** Each column is as wide as its widest cell. */
export function printTable(terminal: Terminal, columns: readonly Column[], rows: readonly Row[]): void {
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
