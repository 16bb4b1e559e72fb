/** A matcher text that cannot be read, pointing at the character where reading failed. */

export class MatcherSyntaxError extends Error {
  override readonly name = 'MatcherSyntaxError'
  /** 1-based, in characters (code points) as an editor counts them. */
  readonly column: number

  /** `at` is the index into `text` of the first character that does not fit; `problem` ends with a full stop. */
  constructor(problem: string, text: string, at: number, options?: ErrorOptions) {
    const column = [...text.slice(0, at)].length + 1
    super(`${problem} (column ${column} of ${excerpt(text)})`, options)
    this.column = column
  }
}

/** The character or word at `at`, as a sentence names it. */
export function found(text: string, at: number): string {
  const word = /^[\p{L}\p{N}_.:-]{1,40}|^./su.exec(text.slice(at, at + 80))?.[0]
  if (word === undefined) return 'the end of the text'
  return word === '"' ? 'a double quote' : JSON.stringify(word)
}

export const nameExpected = (text: string, at: number) =>
  `Expected a label name, found ${found(text, at)}. Write name="value", for example severity="critical".`

export const operatorExpected = (name: string, text: string, at: number) =>
  `Expected =, !=, =~ or !~ after the label name ${JSON.stringify(name)}, found ${found(text, at)}.`

/** On one line, whatever the text holds. */
function excerpt(text: string): string {
  const chars = [...text.replace(/[\t\n\r]/g, ' ')]
  return `\`${chars.length > 80 ? `${chars.slice(0, 80).join('')}…` : chars.join('')}\``
}
