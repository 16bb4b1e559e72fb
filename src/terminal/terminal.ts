/** Prints for people: boxes and colours that fit the terminal, plain lines where there is none. */
import { styleText } from 'node:util'
import { cells, wrap } from './cells.ts'

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'gray' | 'bold'

/** One line of a framed message. `strong` is a header, `faint` a context line, `rule` a divider without text. */
export interface Line {
  readonly kind: 'strong' | 'text' | 'faint' | 'rule'
  readonly text: string
}

/** Where to print; `process.stdout` fits. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Whatever is printed may hold strangers' text: it is broken at the terminal's width, control characters are taken out. */
export interface Terminal {
  /** A paragraph; empty for an empty line. */
  say(text?: string, colour?: Colour): void
  /** A paragraph beside `left`, which is at most half as wide as the terminal. */
  item(left: string, text: string, colours?: { readonly left?: Colour; readonly text?: Colour }): void
  /** A framed message with a title in the frame. */
  box(title: string, lines: readonly Line[], colour: Colour): void
}

const widest = 100
const narrowest = 40

/**
 * Colours need a TTY and neither `NO_COLOR` nor `TERM=dumb` (https://no-color.org); `FORCE_COLOR` turns them on in a
 * pipe. Width is the terminal's between 40 and 100 columns, 80 where there is none; read at every line, for a window
 * may change while it is printed to.
 */
export function openTerminal(output: Output, env: Readonly<Record<string, string | undefined>>): Terminal {
  const coloured = wantsColour(output, env)
  const paint = (colour: Colour | undefined, text: string) =>
    coloured && colour !== undefined && text !== '' ? styleText(colour, text, { validateStream: false }) : text
  const line = (text: string) => output.write(`${text}\n`)

  return {
    say: (text = '', colour) => {
      for (const part of wrap(text, widthOf(output))) line(paint(colour, part))
    },
    item: (left, text, colours = {}) => {
      const [first = '', ...rest] = wrap(text, widthOf(output) - cells(left))
      line(`${paint(colours.left, left)}${paint(colours.text, first)}`)
      for (const part of rest) line(' '.repeat(cells(left)) + paint(colours.text, part))
    },
    box: (title, lines, colour) => {
      const width = widthOf(output)
      const inner = width - 4
      const head = wrap(title, inner - 2)[0] ?? ''
      line(paint(colour, `╭─ ${head} ${'─'.repeat(Math.max(0, width - 5 - cells(head)))}╮`))
      for (const { kind, text } of lines) {
        if (kind === 'rule') line(paint(colour, `├${'─'.repeat(width - 2)}┤`))
        for (const part of kind === 'rule' ? [] : wrap(text, inner)) {
          const shown = paint(kind === 'strong' ? 'bold' : kind === 'faint' ? 'gray' : undefined, part)
          line(`${paint(colour, '│')} ${shown}${' '.repeat(Math.max(0, inner - cells(part)))} ${paint(colour, '│')}`)
        }
      }
      line(paint(colour, `╰${'─'.repeat(width - 2)}╯`))
    },
  }
}

function widthOf({ columns = 80 }: Output): number {
  return Math.max(narrowest, Math.min(widest, columns))
}

function wantsColour(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0'
  return output.isTTY === true && env.TERM !== 'dumb'
}
