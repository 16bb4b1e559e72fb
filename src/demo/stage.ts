/** How the demo tells its story: numbered steps, in seconds since the first alert, and what came in, went out and why. */
import type { Colour, Line, Terminal } from '../terminal/terminal.ts'

/** `in`: what the router was sent. `out`: what people or programs got. `why`: what made it so. `wait`: what holds now. */
export type Mark = 'in' | 'out' | 'why' | 'wait'

export interface Stage {
  readonly terminal: Terminal
  /** Now is the second 0.0. */
  begin(): void
  /** A heading; steps are numbered as they come. */
  step(words: string): void
  note(mark: Mark, text: string): void
  /** What a person sees. */
  message(title: string, lines: readonly Line[], colour: Colour): void
  /** `  3.1 s`: when `at` (epoch ms; now if not given) was in the story. */
  seconds(at?: number): string
}

const marks: Readonly<Record<Mark, { readonly text: string; readonly colour: Colour }>> = {
  in: { text: 'in   ', colour: 'cyan' },
  out: { text: 'out  ', colour: 'green' },
  why: { text: 'why  ', colour: 'magenta' },
  wait: { text: '...  ', colour: 'gray' },
}

export function openStage(terminal: Terminal): Stage {
  let zero = Date.now()
  let steps = 0
  const seconds = (at = Date.now()) => `${(Math.max(0, at - zero) / 1_000).toFixed(1).padStart(5)} s`
  return {
    terminal,
    begin: () => {
      zero = Date.now()
    },
    step: (words) => {
      steps++
      terminal.say()
      terminal.item(`${seconds()}  ${steps}. `, words, { left: 'bold', text: 'bold' })
    },
    note: (mark, text) => {
      const { text: word, colour } = marks[mark]
      terminal.item(`${seconds()}  ${word}`, text, { left: colour, ...(mark === 'wait' ? { text: 'gray' } : {}) })
    },
    message: (title, lines, colour) => terminal.box(`${title} · ${seconds().trim()}`, lines, colour),
    seconds,
  }
}
