/** Prints for people: boxes and colours that fit the terminal, plain lines where there is none. */
import { styleText } from 'node:util'
import { cells, wrap } from './cells.ts'
import type { Line } from './slack-text.ts'

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'gray' | 'bold'

/** Where to print; `process.stdout` fits. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Terminal {
  /** A line as it is: the program's own words. */
  say(text?: string, colour?: Colour): void
  /** A framed message with a title in the frame. Lines may hold strangers' text: control characters are taken out. */
  box(title: string, lines: readonly Line[], colour: Colour): void
  /** Rows in columns as wide as their widest cell, each line cut to the terminal. Strangers' text is fine. */
  table(rows: readonly (readonly string[])[]): void
}

const widest = 100
const narrowest = 40

/**
 * Colours need a TTY and neither `NO_COLOR` nor `TERM=dumb` (https://no-color.org); `FORCE_COLOR` turns them on in a
 * pipe. Width is the terminal's between 40 and 100 columns, 80 where there is none.
 */
export function openTerminal(output: Output, env: Readonly<Record<string, string | undefined>>): Terminal {
  const width = Math.max(narrowest, Math.min(widest, output.columns ?? 80))
  const coloured = wantsColour(output, env)
  const paint = (colour: Colour, text: string) =>
    coloured && text !== '' ? styleText(colour, text, { validateStream: false }) : text
  const line = (text: string) => output.write(`${text}\n`)

  return {
    say: (text = '', colour) => {
      line(colour === undefined ? text : paint(colour, text))
    },
    box: (title, lines, colour) => {
      const inner = width - 4
      const head = wrap(title, inner - 2)[0] ?? ''
      line(paint(colour, `╭─ ${head} ${'─'.repeat(Math.max(0, width - 5 - cells(head)))}╮`))
      for (const { kind, text } of lines) {
        if (kind === 'rule') line(paint(colour, `├${'─'.repeat(width - 2)}┤`))
        for (const part of kind === 'rule' ? [] : wrap(text, inner)) {
          const shown = kind === 'strong' ? paint('bold', part) : kind === 'faint' ? paint('gray', part) : part
          line(`${paint(colour, '│')} ${shown}${' '.repeat(Math.max(0, inner - cells(part)))} ${paint(colour, '│')}`)
        }
      }
      line(paint(colour, `╰${'─'.repeat(width - 2)}╯`))
    },
    table: (rows) => {
      const widths: number[] = []
      for (const row of rows) {
        for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cells(cell))
      }
      for (const row of rows) {
        const padded = row.map((cell, i) =>
          i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - cells(cell)),
        )
        line(`  ${wrap(padded.join('  '), width - 2)[0] ?? ''}`.trimEnd())
      }
    },
  }
}

function wantsColour(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0'
  return output.isTTY === true && env.TERM !== 'dumb'
}
