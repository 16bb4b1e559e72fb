/** A decision tree: asks "is this column at most that?" until a leaf says how likely each class is. */
import { type Random, shuffled } from '../random.ts'
import type { Classifier, Example } from './example.ts'

/** `columnsPerSplit`: how many columns, drawn at random, each question may choose from. */
export interface Growth {
  readonly depth: number
  readonly smallestLeaf: number
  readonly columnsPerSplit: number
}

type Node = { readonly share: number[] } | { readonly question: Question; readonly yes: Node; readonly no: Node }

interface Question {
  readonly column: number
  /** Rows with at most this much go to `yes`. */
  readonly limit: number
}

/** Grows one tree. `random` draws the columns of each question. */
export function growTree(examples: readonly Example[], classes: number, growth: Growth, random: Random): Classifier {
  const root = grow(examples, classes, growth, random, growth.depth)
  return (row) => {
    let node = root
    while ('question' in node) {
      node = (row[node.question.column] as number) <= node.question.limit ? node.yes : node.no
    }
    return node.share
  }
}

function grow(examples: readonly Example[], classes: number, growth: Growth, random: Random, depth: number): Node {
  const counts = countOf(examples, classes)
  const leaf = { share: counts.map((count) => count / examples.length) }
  if (depth === 0 || counts.includes(examples.length)) return leaf
  const question = bestQuestion(examples, counts, growth, random)
  if (question === null) return leaf
  const yes = examples.filter(({ row }) => (row[question.column] as number) <= question.limit)
  const no = examples.filter(({ row }) => (row[question.column] as number) > question.limit)
  return {
    question,
    yes: grow(yes, classes, growth, random, depth - 1),
    no: grow(no, classes, growth, random, depth - 1),
  }
}

/** The question whose two answers hold the purest classes (Gini), or null when none leaves both sides large enough. */
function bestQuestion(
  examples: readonly Example[],
  counts: readonly number[],
  { smallestLeaf, columnsPerSplit }: Growth,
  random: Random,
): Question | null {
  const columns = shuffled([...(examples[0]?.row.keys() ?? [])], random).slice(0, columnsPerSplit)
  let best: Question | null = null
  let least = impurity(counts, examples.length)
  for (const column of columns) {
    const sorted = examples
      .map(({ row, label }) => ({ value: row[column] as number, label }))
      .sort((a, b) => a.value - b.value)
    const left = counts.map(() => 0)
    const right = [...counts]
    for (let n = 1; n < sorted.length; n++) {
      const { value, label } = sorted[n - 1] as { value: number; label: number }
      left[label] = (left[label] as number) + 1
      right[label] = (right[label] as number) - 1
      const next = (sorted[n] as { value: number }).value
      if (value === next || n < smallestLeaf || sorted.length - n < smallestLeaf) continue
      const mixed = impurity(left, n) + impurity(right, sorted.length - n)
      if (mixed < least - 1e-9) {
        least = mixed
        best = { column, limit: (value + next) / 2 }
      }
    }
  }
  return best
}

/** Gini impurity times the number of examples. */
function impurity(counts: readonly number[], total: number): number {
  return total - counts.reduce((sum, count) => sum + count * count, 0) / total
}

function countOf(examples: readonly Example[], classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0)
  for (const { label } of examples) counts[label] = (counts[label] as number) + 1
  return counts
}
