/** Reads YAML values as what a team document wants at that place, or says what stands there instead. */
import { didYouMean } from './nearest.ts'
import { type ProblemList, quoted } from './problem.ts'
import type { YamlEntries, YamlList, YamlMap, YamlNode } from './yaml-tree.ts'

/** What a mapping may hold, and what to say of keys that people bring from alertmanager.yml. */
export interface KnownKeys {
  /** What the mapping is, for messages: `a route`. */
  readonly of: string
  readonly keys: readonly string[]
  /** For keys that deserve more than "unknown": what is wrong with the key, and what to write instead. */
  readonly refused?: ReadonlyMap<string, readonly [what: string, valid: string]>
}

/** The entries of a mapping, or undefined. Keys that are not known are told, and the known ones still read. */
export function readMap(node: YamlNode, known: KnownKeys, problems: ProblemList): YamlEntries | undefined {
  if (node.kind !== 'map') {
    problems.add(
      node.start,
      `${known.of} cannot be ${describe(node)}`,
      `write a mapping with the keys ${known.keys.join(', ')}`,
    )
    return undefined
  }
  for (const [key, { keyStart }] of node.entries) {
    if (known.keys.includes(key)) continue
    const refused = key === '<<' ? mergeKey : known.refused?.get(key)
    const what = refused?.[0] ?? `unknown key ${quoted(key)} in ${known.of}`
    problems.add(
      keyStart,
      what,
      refused?.[1] ?? `${didYouMean(key, known.keys)}valid keys are ${known.keys.join(', ')}`,
    )
  }
  return node.entries
}

export function readList(node: YamlNode, name: string, example: string, problems: ProblemList): YamlList | undefined {
  if (node.kind === 'list') return node
  problems.add(node.start, `${quoted(name)} cannot be ${describe(node)}`, `write a list, for example ${example}`)
  return undefined
}

/** Text that is not empty; `example` is what to write, and the value itself is never shown. */
export function readText(node: YamlNode, name: string, example: string, problems: ProblemList): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value
  const quotes =
    node.kind === 'scalar' && node.value !== null && node.value !== '' ? 'put it in quotes' : `write ${example}`
  problems.add(node.start, `${quoted(name)} cannot be ${describe(node)}`, quotes)
  return undefined
}

export function readBoolean(node: YamlNode, name: string, problems: ProblemList): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  problems.add(node.start, `${quoted(name)} cannot be ${describe(node)}`, 'write true or false, without quotes')
  return undefined
}

/** The entry, or undefined and a problem at the mapping when it has to be there. */
export function requireEntry(
  map: YamlMap,
  key: string,
  of: string,
  valid: string,
  problems: ProblemList,
): YamlNode | undefined {
  const entry = map.entries.get(key)
  if (entry === undefined) problems.add(map.start, `${of} has no ${quoted(key)}`, valid)
  return entry?.value
}

const mergeKey = ['YAML 1.2 has no merge key "<<"', 'write the keys out'] as const

function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'list') return 'a list'
  if (node.value === null || node.value === '') return 'empty'
  if (typeof node.value === 'string') return 'text'
  return typeof node.value === 'boolean' ? 'true or false' : 'a number'
}
