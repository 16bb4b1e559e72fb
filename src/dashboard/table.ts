/** Tables: one row for each set of labels, one column for each query. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import { FieldColorModeId, type Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { type About, describe } from './panel.ts'

export interface Column {
  readonly head: string
  /** If it is not that of the panel. */
  readonly unit?: string
}

export interface Columns {
  /** Labels as columns, in this order, by what their head is to say. All other labels are left out. */
  readonly labels: Readonly<Record<string, string>>
  /** The queries' values, in order; null leaves the value out. */
  readonly values: readonly (Column | null)[]
  /** Head of a column: what is greatest in it comes first. */
  readonly greatestFirst?: string
}

/** The queries are asked for one instant, and their answers joined by the labels they have in common. */
export function table(about: About, { labels, values, greatestFirst }: Columns): cog.Builder<Panel> {
  const named = values.flatMap((column, n) =>
    column === null ? [] : [{ ...column, field: fieldOf(n, values.length) }],
  )
  const kept = [...Object.keys(labels), ...named.map(({ field }) => field)]
  const panel = describe(new PanelBuilder(), about, {
    height: 8,
    colour: FieldColorModeId.Thresholds,
    answer: 'table',
  })
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: kept } } })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(kept.map((field, n) => [field, n])),
        renameByName: { ...labels, ...Object.fromEntries(named.map(({ field, head }) => [field, head])) },
      },
    })
  for (const { head, unit } of named) if (unit !== undefined) panel.overrideByName(head, [{ id: 'unit', value: unit }])
  if (greatestFirst !== undefined) {
    panel.sortBy([new TableSortByFieldStateBuilder().displayName(greatestFirst).desc(true)])
  }
  return panel
}

/** As Grafana names the values of a query: by its letter only if there are several. */
function fieldOf(n: number, queries: number): string {
  return queries === 1 ? 'Value' : `Value #${String.fromCharCode('A'.charCodeAt(0) + n)}`
}
