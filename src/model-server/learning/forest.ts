/** A random forest: many trees, each grown from its own draw of the examples, asked together. */
import { type Random, wholeNumber } from '../random.ts'
import type { Classifier, Example } from './example.ts'
import { type Growth, growTree } from './tree.ts'

/** The forest's answer is the mean of its trees' answers. */
export function growForest(
  examples: readonly Example[],
  classes: number,
  growth: Growth & { readonly trees: number },
  random: Random,
): Classifier {
  const trees = Array.from({ length: growth.trees }, () => {
    const drawn = examples.map(() => examples[wholeNumber(random, examples.length)] as Example)
    return growTree(drawn, classes, growth, random)
  })
  return (row) => {
    const total = Array.from({ length: classes }, () => 0)
    for (const tree of trees) for (const [k, share] of tree(row).entries()) total[k] = (total[k] as number) + share
    return total.map((sum) => sum / trees.length)
  }
}
