/** Reads the matchers of a team document, pointing at the character inside the text where one goes wrong. */
import { formatMatcher, type Matcher } from '../route/matcher.ts'
import { parseMatchers } from '../route/matcher-parse.ts'
import { MatcherSyntaxError } from '../route/matcher-syntax-error.ts'
import type { ProblemList } from './problem.ts'
import { readList, readText } from './reading.ts'
import type { YamlNode, YamlScalar } from './yaml-tree.ts'

const example = `'severity="critical"'`

/** A list of texts of one or several matchers each (AM-M6), all ANDed; undefined if any cannot be read. */
export function readMatchers(node: YamlNode, key: string, problems: ProblemList): Matcher[] | undefined {
  const list = readList(node, key, `[${example}]`, problems)
  const texts = list?.items.map((item) => readMatcherText(item, key, problems))
  return texts?.every((matchers) => matchers !== undefined) ? texts.flat() : undefined
}

/** The matchers of one text. */
export function readMatcherText(node: YamlNode, key: string, problems: ProblemList): Matcher[] | undefined {
  const text = readText(node, key, example, problems)
  if (text === undefined) return undefined
  try {
    const matchers = parseMatchers(text)
    if (matchers.length > 0) return matchers
    problems.add(node.start, 'a text without a matcher', `write ${example}, or remove it`)
  } catch (error) {
    if (!(error instanceof MatcherSyntaxError)) throw error
    const what = error.message.replace(/\.? \(column \d+ of `.*`\)$/s, '')
    problems.add(placeInside(node as YamlScalar, error.column), what, 'a matcher is name="value" or name=~"one|other"')
  }
  return undefined
}

/** What to write instead of Alertmanager's old `match` and `match_re`, which it has long called deprecated. */
export function describeOldMatch(key: 'match' | 'match_re', node: YamlNode): string {
  const operator = key === 'match' ? '=' : '=~'
  const texts: string[] = []
  for (const [name, { value }] of node.kind === 'map' ? node.entries : []) {
    if (value.kind !== 'scalar') continue
    const written = { name, op: operator, value: String(value.value ?? '') } as Matcher
    texts.push(`'${formatMatcher(written).replaceAll("'", "''")}'`)
  }
  const shown = texts.length > 0 && texts.join(', ').length <= 200 ? texts.join(', ') : `'name${operator}"value"'`
  return `write matchers: [${shown}]`
}

/** `column` counts characters of the text from 1; where the text was written with escapes or folded, its beginning. */
function placeInside(node: YamlScalar, column: number): number {
  if (node.exactStart === null) return node.start
  const before = [...String(node.value)].slice(0, column - 1).join('')
  return node.exactStart + before.length
}
