/** Reads PromQL as Prometheus does: whether it parses, and which comparisons it makes. */
import { parser } from '@prometheus-io/lezer-promql'

/** Where it does not parse, as text; null if all of it does. */
export function syntaxError(expr: string): string | null {
  let found: string | null = null
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found ??= `${expr.slice(0, from)}⟪${expr.slice(from, to)}⟫${expr.slice(to)}`
    },
  })
  return found
}

/** Metrics that are read as they are, not over a window. */
export function instantMetrics(expr: string): string[] {
  const found: string[] = []
  parser.parse(expr).iterate({
    enter: ({ node, name }) => {
      const metric = node.getChild('Identifier')
      if (name !== 'VectorSelector' || metric === null || node.parent?.name === 'MatrixSelector') return
      found.push(expr.slice(metric.from, metric.to))
    },
  })
  return found
}

/** Every comparison with a number, such as `> 0.5`. */
export function comparisons(expr: string): { readonly operator: string; readonly value: number }[] {
  const found: { operator: string; value: number }[] = []
  parser.parse(expr).iterate({
    enter: ({ node, name }) => {
      if (name !== 'BinaryExpr') return
      const operator = node.getChild('Gtr') ?? node.getChild('Lss') ?? node.getChild('Gte') ?? node.getChild('Lte')
      const right = node.lastChild
      if (operator === null || right === null) return
      const text = expr.slice(right.from, right.to)
      if (/^[\d.e+-]+$/.test(text))
        found.push({ operator: expr.slice(operator.from, operator.to), value: Number(text) })
    },
  })
  return found
}
