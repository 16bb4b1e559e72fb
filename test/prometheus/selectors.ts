/** Reads PromQL: which series an expression asks for, by which labels, and how far it looks back. */
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

export interface Matcher {
  readonly name: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** Names of labels that the series must have: those of the matchers, and those by which something is grouped or joined. */
  readonly labels: readonly string[]
}

/** Every selector, in order. Throws an Error when the expression is no PromQL. */
export function selectorsOf(expr: string): Selector[] {
  const found: Selector[] = []
  visit(parsed(expr), [], expr, found)
  return found
}

/** The lengths of the windows, such as `5m`, in order. */
export function windowsOf(expr: string): string[] {
  return descendants(parsed(expr), 'MatrixSelector').map((node) => textOf(node.getChild('DurationExpr'), expr))
}

function parsed(expr: string): SyntaxNode {
  const { topNode } = parser.parse(expr)
  topNode.cursor().iterate(({ type, to }) => {
    if (type.isError) throw new Error(`no PromQL after: ${expr.slice(0, to)}`)
  })
  return topNode
}

/** `needed`: what is asked of the labels of the result. */
function visit(node: SyntaxNode, needed: readonly string[], expr: string, found: Selector[]): void {
  if (node.name === 'VectorSelector') {
    found.push(selector(node, needed, expr))
    return
  }
  const wanted = wantedOf(node, needed, expr)
  for (const [n, child] of operands(node).entries()) visit(child, wanted[n] ?? wanted[0] ?? needed, expr, found)
}

/** What is asked of the operands' labels: one list for all, or one for each of two. */
function wantedOf(node: SyntaxNode, needed: readonly string[], expr: string): readonly (readonly string[])[] {
  if (node.name === 'AggregateExpr') return [[...needed, ...labelNames(node.getChild('AggregateModifier'), expr)]]
  if (node.name === 'FunctionCall') return [throughFunction(node, needed, expr)]
  if (node.name === 'BinaryExpr') return throughBinary(node, needed, expr)
  return [needed]
}

/** label_replace and label_join make a label out of others; absent has those of its matchers only. */
function throughFunction(node: SyntaxNode, needed: readonly string[], expr: string): readonly string[] {
  const name = textOf(node.getChild('FunctionIdentifier'), expr)
  if (name === 'absent' || name === 'absent_over_time') return []
  const [made, ...from] = descendants(node, 'StringLiteral')
    .filter(({ parent }) => parent?.name === 'FunctionCallBody' && parent.parent?.from === node.from)
    .map((literal) => unquoted(literal, expr))
  const sources = { label_replace: from.slice(1, 2), label_join: from.slice(1) }[name]
  return sources === undefined ? needed : [...needed.filter((label) => label !== made), ...sources]
}

/** Without `on` both sides need all labels; with it the left one's are kept, and the right one lends those of group_left. */
function throughBinary(
  node: SyntaxNode,
  needed: readonly string[],
  expr: string,
): readonly [readonly string[], readonly string[]] {
  const clause = node.getChild('MatchingModifierClause')
  if (clause?.getChild('On') == null) return [needed, needed]
  const [on = [], lent = []] = clause.getChildren('GroupingLabels').map((labels) => labelNames(labels, expr))
  const keeping = [...needed.filter((label) => !lent.includes(label)), ...on]
  const lending = [...on, ...lent, ...(node.getChild('Or') === null ? [] : needed)]
  return clause.getChild('GroupRight') === null ? [keeping, lending] : [lending, keeping]
}

function selector(node: SyntaxNode, needed: readonly string[], expr: string): Selector {
  const matchers = descendants(node, 'UnquotedLabelMatcher').map((matcher) => ({
    name: textOf(matcher.getChild('LabelName'), expr),
    operator: textOf(matcher.getChild('MatchOp'), expr),
    value: unquoted(matcher.getChild('StringLiteral'), expr),
  }))
  const metric = textOf(node.getChild('Identifier'), expr)
  if (metric === '') throw new Error(`a selector without a metric: ${expr}`)
  return { metric, matchers, labels: [...new Set([...needed, ...matchers.map(({ name }) => name)])] }
}

/** The parts of a node that may be expressions themselves; of a binary one exactly its two sides. */
function operands(node: SyntaxNode): SyntaxNode[] {
  const children = childrenOf(node)
  return node.name === 'BinaryExpr' ? [...children.slice(0, 1), ...children.slice(-1)] : children
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => (child.name === name ? [child] : descendants(child, name)))
}

function labelNames(node: SyntaxNode | null, expr: string): string[] {
  return node === null ? [] : descendants(node, 'LabelName').map((label) => textOf(label, expr))
}

function textOf(node: SyntaxNode | null, expr: string): string {
  return node === null ? '' : expr.slice(node.from, node.to)
}

/** PromQL's strings escape as JSON's do, in what is written here. */
function unquoted(node: SyntaxNode | null, expr: string): string {
  return JSON.parse(textOf(node, expr).replace(/^'(.*)'$/, '"$1"'))
}
