/** YAML text to a plain tree in which every key and value knows where it stands in the text. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLParseError,
} from 'yaml'
import { type ProblemList, quoted } from './problem.ts'
import { describeSyntaxError } from './yaml-syntax.ts'

export type YamlNode = YamlMap | YamlList | YamlScalar

/** `start` is the offset of the value in the text, as everywhere in this file. */
export interface YamlMap {
  readonly kind: 'map'
  readonly start: number
  readonly entries: YamlEntries
}

/** By key, in the author's order; a Map, so that a key like `__proto__` is a key. */
export type YamlEntries = ReadonlyMap<string, YamlEntry>

interface YamlEntry {
  readonly keyStart: number
  readonly value: YamlNode
}

export interface YamlList {
  readonly kind: 'list'
  readonly start: number
  readonly items: readonly YamlNode[]
}

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly start: number
  readonly value: string | number | boolean | null
  /** As written: `0x1F`, `1e3`. */
  readonly source: string
  /** Where the first character of `value` stands, if the value stands in the text unchanged; else null. */
  readonly exactStart: number | null
}

export const mostBytes = 1024 * 1024
const deepest = 32
/** One file of 1 MiB can hold a million tokens and take 5 s; a document of 1,000 routes has about 100,000. */
const mostTokens = 200_000
/** What aliases may add by being repeated. Each is read anew wherever it stands, so this bounds a billion laughs. */
const mostAliased = 10_000

/** The root value, or null if the text is not one sound YAML 1.2 document; then `problems` says why. */
export function readYaml(text: string, problems: ProblemList): YamlNode | null {
  if (Buffer.byteLength(text) > mostBytes) {
    problems.add(0, 'the document is larger than 1 MiB', 'split it over several teams')
  } else if (isCleanText(text, problems) && hasFewTokens(text, problems)) {
    // uniqueKeys compares each key with each other: 20 s for 60,000 keys. `mapOf` looks them up instead.
    const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, version: '1.2', schema: 'core' })
    if (isSound(document, problems)) return new TreeBuilder(text, problems).build(document.contents)
  }
  return null
}

/** A file in another encoding was decoded to U+FFFD; YAML allows no control characters but tab and line ends. */
function isCleanText(text: string, problems: ProblemList): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const at = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]|\p{Surrogate}/u)
  if (at !== -1)
    problems.add(at, 'a control character, or a byte that is not UTF-8', 'save the file as plain UTF-8 text')
  return at === -1
}

function hasFewTokens(text: string, problems: ProblemList): boolean {
  let count = 0
  for (const _ of new Lexer().lex(text)) {
    if (++count > mostTokens) {
      problems.add(
        0,
        'the document has too many parts to be a team document',
        `write at most ${mostTokens} YAML tokens`,
      )
      return false
    }
  }
  return true
}

function isSound(document: Document.Parsed, problems: ProblemList): boolean {
  for (const error of telling(document.errors, problems)) problems.add(error.pos[0], ...describeSyntaxError(error))
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    problems.add(0, 'the document asks for YAML 1.1', 'remove the %YAML line; documents are YAML 1.2')
  }
  if (document.contents === null && problems.count === 0) {
    problems.add(0, 'the document is empty', 'write the keys team, receivers and route')
  }
  return problems.count === 0
}

/** One mistake makes the parser complain several times: of each line the first, and of too deep nesting one in all. */
function telling(errors: readonly YAMLParseError[], problems: ProblemList): Iterable<YAMLParseError> {
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  if (tooDeep) return [tooDeep]
  const firstOfLine = new Map<number, YAMLParseError>()
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const { line } = problems.place(error.pos[0])
    if (!firstOfLine.has(line)) firstOfLine.set(line, error)
  }
  return firstOfLine.values()
}

/** Follows the parsed document in the order of its text, so that an alias sees the last anchor before it. */
class TreeBuilder {
  readonly #text: string
  readonly #problems: ProblemList
  readonly #anchors = new Map<string, { node: YamlNode; size: number }>()
  #size = 0
  #aliased = 0

  constructor(text: string, problems: ProblemList) {
    this.#text = text
    this.#problems = problems
  }

  build(root: Node | null): YamlNode | null {
    const tree = this.#node(root, 1, 0)
    return this.#problems.count === 0 ? tree : null
  }

  /** `fallback` is where a value that was left out would stand. */
  #node(node: unknown, depth: number, fallback: number): YamlNode {
    const start = (node as Node | null)?.range?.[0] ?? fallback
    if (depth > deepest) return this.#refuse(start, `nested deeper than ${deepest} levels`, 'flatten it')
    if (isAlias(node)) return this.#alias(node.source, start)
    this.#size++
    const before = this.#size
    const read = this.#value(node, depth, start)
    const { anchor, tag } = (node ?? {}) as { anchor?: string; tag?: string }
    if (tag !== undefined) this.#refuse(start, 'a YAML tag before this', 'remove it; put text in quotes')
    if (anchor !== undefined) this.#anchors.set(anchor, { node: read, size: this.#size - before + 1 })
    return read
  }

  #value(node: unknown, depth: number, start: number): YamlNode {
    if (isMap(node)) return this.#map(node.items, depth, start)
    if (isSeq(node)) return { kind: 'list', start, items: node.items.map((item) => this.#node(item, depth + 1, start)) }
    return isScalar(node) ? this.#scalar(node, start) : emptyScalar(start)
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], depth: number, start: number): YamlMap {
    const entries = new Map<string, YamlEntry>()
    for (const pair of pairs) {
      const keyStart = (pair.key as Node | null)?.range?.[0] ?? start
      const key = isScalar(pair.key) ? this.#scalar(pair.key, keyStart) : null
      const value = this.#node(pair.value, depth + 1, keyStart)
      const name = typeof key?.value === 'string' ? key.value : key?.source
      const first = name === undefined ? undefined : entries.get(name)
      if (name === undefined || name === '') {
        this.#refuse(keyStart, 'a key that is not a name', 'write keys as plain words')
      } else if (first !== undefined) {
        const { line } = this.#problems.place(first.keyStart)
        this.#refuse(keyStart, `the key ${quoted(name)} again, first on line ${line}`, 'keep one of them')
      } else {
        entries.set(name, { keyStart, value })
      }
    }
    return { kind: 'map', start, entries }
  }

  #scalar({ value, source = '', type }: Scalar, start: number): YamlScalar {
    if (typeof value !== 'string') {
      const known = typeof value === 'number' || typeof value === 'boolean' ? value : null
      return { kind: 'scalar', start, value: known, source, exactStart: null }
    }
    const at = type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? start + 1 : start
    return { kind: 'scalar', start, value, source, exactStart: this.#text.startsWith(value, at) ? at : null }
  }

  #alias(name: string, start: number): YamlNode {
    const target = this.#anchors.get(name)
    if (target === undefined) {
      return this.#refuse(
        start,
        `the alias *${name} has no complete anchor above it`,
        `write &${name} before a value above`,
      )
    }
    this.#size += target.size
    const before = this.#aliased
    this.#aliased += target.size
    if (this.#aliased <= mostAliased) return target.node
    if (before > mostAliased) return emptyScalar(start)
    return this.#refuse(start, `the aliases up to here unfold to more than ${mostAliased} values`, 'write them out')
  }

  #refuse(start: number, what: string, valid: string): YamlNode {
    this.#problems.add(start, what, valid)
    return emptyScalar(start)
  }
}

function emptyScalar(start: number): YamlScalar {
  return { kind: 'scalar', start, value: null, source: '', exactStart: null }
}
