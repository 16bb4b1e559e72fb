/** Reads `owns`: the label values by which alerts without a `team` label find this team. */
import type { Matcher } from '../route/matcher.ts'
import { readMatcherText } from './matchers.ts'
import type { ProblemList } from './problem.ts'
import { readList } from './reading.ts'
import type { YamlNode } from './yaml-tree.ts'

/** One owned label value, and where the document says so. */
export interface OwnedValue {
  readonly label: string
  readonly value: string
  readonly line: number
  readonly column: number
}

/**
 * Only values that can be listed, so that two teams owning one value is seen when a document is loaded and not when an
 * alert comes: `=`, and `=~` with nothing but `|` between literals.
 */
export function readOwns(node: YamlNode, problems: ProblemList): { owns: Matcher[]; values: OwnedValue[] } {
  const owns: Matcher[] = []
  const values: OwnedValue[] = []
  for (const item of readList(node, 'owns', `['service="model-server"']`, problems)?.items ?? []) {
    const matchers = readMatcherText(item, 'owns', problems)
    if (matchers === undefined) continue
    const [matcher, second] = matchers
    const refused = second !== undefined ? severalMatchers : matcher && refusalOf(matcher)
    if (refused) problems.add(item.start, ...refused)
    else if (matcher) {
      owns.push(matcher)
      for (const value of ownedValues(matcher))
        values.push({ label: matcher.name, value, ...problems.place(item.start) })
    }
  }
  return { owns, values }
}

/** The values that an accepted `owns` matcher lists. */
export function ownedValues({ op, value }: Matcher): string[] {
  return op === '=~' ? [...new Set(value.split('|'))] : [value]
}

const severalMatchers = [
  'several matchers in one text of "owns"',
  'give each its own list item; any of them is enough',
] as const

function refusalOf(matcher: Matcher): readonly [what: string, valid: string] | undefined {
  if (matcher.op === '!=' || matcher.op === '!~') {
    return [`"owns" cannot use ${matcher.op}`, `list what is owned with = or =~, for example '${matcher.name}="value"'`]
  }
  if (matcher.op === '=~' && /[\\.+*?()[\]{}^$]/.test(matcher.value)) {
    return [
      '"owns" cannot use a pattern',
      `list the values, for example '${matcher.name}=~"one|other"', or use = for one`,
    ]
  }
  if (ownedValues(matcher).includes(''))
    return ['"owns" cannot own the empty value', 'write the values that alerts have']
  return undefined
}
