/** Every question that the dashboards ask Prometheus, with their variables replaced as Grafana does, all values chosen. */
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'

export interface DashboardQuery {
  /** Title of the dashboard, and of the panel or variable. */
  readonly dashboard: string
  readonly panel: string
  /** To be asked at /api/v1/query. */
  readonly expr: string
  /** The panel says itself what it means when there is no answer. */
  readonly mayBeEmpty: boolean
}

/** Durations of PromQL: what one point of a rate looks back over, and what the dashboard shows. */
export interface Windows {
  readonly rateInterval: string
  readonly range: string
}

/** A panel with its queries; rows are not among them. */
export function panelsOf({ panels = [] }: Dashboard): Panel[] {
  return panels.filter((panel): panel is Panel => !isRow(panel))
}

export function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row'
}

export function exprsOf(panel: Panel): string[] {
  return (panel.targets ?? []).map((target) => (target as unknown as { expr: string }).expr)
}

export function dashboardQueries(dashboards: readonly Dashboard[], windows: Windows): DashboardQuery[] {
  return dashboards.flatMap((one) => {
    const { title: dashboard = '', templating } = one
    const replace = (expr: string) => replaceVariables(expr, templating.list ?? [], windows)
    const asked = panelsOf(one).flatMap((panel) =>
      exprsOf(panel).map((expr) => ({
        dashboard,
        panel: panel.title ?? '',
        expr: replace(expr),
        mayBeEmpty: panel.fieldConfig?.defaults.noValue !== undefined,
      })),
    )
    const chosenFrom = (templating.list ?? []).flatMap(({ name, definition }) => {
      if (definition === undefined) return []
      return [{ dashboard, panel: `$${name}`, expr: replace(valuesOf(definition)), mayBeEmpty: false }]
    })
    return [...asked, ...chosenFrom]
  })
}

/** Throws at a variable that the dashboard does not have; `$1` is none, but a part of what label_replace found. */
export function replaceVariables(
  expr: string,
  variables: readonly VariableModel[],
  { rateInterval, range }: Windows,
): string {
  const values = new Map([
    ['__rate_interval', rateInterval],
    ['__range', range],
    ...variables.map(({ name, allValue = '' }) => [name, allValue] as const),
  ])
  return expr.replaceAll(/\$(?:([a-z_]\w*)|\{(\w+)(?::\w+)?\})/gi, (written, plain: string, braced: string) => {
    const value = values.get(plain ?? braced)
    if (value === undefined) throw new Error(`${written} is no variable of the dashboard: ${expr}`)
    return value
  })
}

/** `label_values(series, label)` is Grafana's own; it is empty exactly if this is. */
function valuesOf(definition: string): string {
  const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? []
  if (series === undefined || label === undefined) throw new Error(`not understood: ${definition}`)
  return `count by (${label}) (${series})`
}
