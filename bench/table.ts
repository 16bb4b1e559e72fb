/** Rows of text as an aligned table for a terminal. */
import { styleText } from 'node:util'

export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
}

/** A heading, the columns' titles and the rows; a column that is empty in every row is left out. */
export function table(heading: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = columns.map((column, at) => ({ ...column, at })).filter(({ at }) => rows.some((row) => row[at]))
  const widths = shown.map(({ title, at }) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)))
  const line = (cell: (at: number) => string) =>
    shown
      .map(({ align, at }, i) => {
        const width = widths[i] as number
        return align === 'left' ? cell(at).padEnd(width) : cell(at).padStart(width)
      })
      .join('  ')
      .trimEnd()
  const titles = line((at) => columns[at]?.title ?? '')
  const lines = rows.map((row) => line((at) => row[at] ?? ''))
  return [styled('bold', heading), styled('dim', titles), ...lines.map(coloured)].join('\n')
}

/** Marks a cell that ends a row: what is met and what is not. */
function coloured(line: string): string {
  return line
    .replace(/goal met$/, (text) => styled('green', text))
    .replace(/floor met, .*$/, (text) => styled('yellow', text))
    .replace(/FAILED.*$/, (text) => styled('red', text))
}

/** `styleText` leaves the colours out where they are not wanted: no terminal, NO_COLOR. */
function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
