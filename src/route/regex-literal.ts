/** What can be read off an RE2 pattern without running it: the values it lists, or text that all its matches share. */

const metacharacter = /[\\.+*?()[\]{}^$]/

/** The values of a pattern without any metacharacter but `|`; null for every other pattern. */
export function literalAlternatives(pattern: string): string[] | null {
  return metacharacter.test(pattern) ? null : pattern.split('|')
}

/** What every value that the anchored pattern matches begins with, and the longest text that each of them holds after it. */
export interface Literals {
  readonly prefix: string
  readonly part: string
}

/**
 * A literal character, perhaps escaped; or a set of characters, a class or the end of a line. And how often it comes.
 * Whatever else RE2 knows, groups and flags above all, is not understood.
 */
const token =
  /(?:\\(?<escaped>[^\p{L}\p{N}])|(?<plain>[^\\.+*?()[\]{}^$|])|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\\[\]])*\]|[.^$]|\\[dDsSwWbB])(?<times>[*?+]|\{\d*,?\d*\})?\??/uy

/** `node-` and `.eu` for `node-[0-9]+\\.eu.*`. Empty where it cannot be told. */
export function literalsOf(pattern: string): Literals {
  if (pattern.includes('|')) return { prefix: '', part: '' }
  const runs: [string, ...string[]] = ['']
  for (token.lastIndex = pattern.startsWith('^') ? 1 : 0; token.lastIndex < pattern.length; ) {
    const found = token.exec(pattern)?.groups
    if (found === undefined) break
    const { escaped, plain = escaped, times } = found
    if (plain !== undefined && (times === undefined || times === '+')) runs[runs.length - 1] += plain
    if (plain === undefined || times !== undefined) runs.push('')
  }
  const [prefix, ...others] = runs
  return { prefix, part: others.reduce((longest, run) => (run.length > longest.length ? run : longest), '') }
}
