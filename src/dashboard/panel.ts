/** Panels of each kind as all dashboards have them: size, unit, legend, the limits of alerts and links to their runbooks. */
import * as bars from '@grafana/grafana-foundation-sdk/bargauge'
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  type FieldColorModeId as Mode,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import * as gauges from '@grafana/grafana-foundation-sdk/gauge'
import * as pies from '@grafana/grafana-foundation-sdk/piechart'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import * as stats from '@grafana/grafana-foundation-sdk/stat'
import * as timelines from '@grafana/grafana-foundation-sdk/statetimeline'
import * as lines from '@grafana/grafana-foundation-sdk/timeseries'
import { type Limit, type LimitedAlert, limits } from './limit.ts'
import { thresholdsOf } from './threshold.ts'

/** `legend` may hold labels: `{{code}}`. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

export interface About {
  readonly title: string
  /** What a reader should make of it. */
  readonly description: string
  /** One of https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  readonly unit: string
  /** Of 24 columns. */
  readonly width: number
  /** Rows of the grid, 30 pixels and a gap of 8 each. */
  readonly height?: number
  readonly queries: readonly Query[]
  /** The alerts whose limits are drawn. */
  readonly alerts?: readonly LimitedAlert[]
  /** Limits of alerts that say it less directly. */
  readonly limits?: readonly Limit[]
  /** Alerts of which the panel shows the cause, without one number as the limit; linked only. */
  readonly seeAlso?: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly decimals?: number
  readonly mappings?: ValueMapping[]
  /** What stands there when the answer is empty, where that is no trouble: "Nothing fires". */
  readonly whenEmpty?: string
}

/** The variable `datasource` of every dashboard. */
export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '$datasource' }

const CHART_HEIGHT = 8
const STAT_HEIGHT = 4

export function timeSeries(about: About, { stacked = false } = {}): cog.Builder<Panel> {
  const limit = new common.GraphThresholdsStyleConfigBuilder().mode(
    limitsOf(about).length === 0 ? common.GraphThresholdsStyleMode.Off : common.GraphThresholdsStyleMode.DashedAndArea,
  )
  const stacking = new common.StackingConfigBuilder().mode(
    stacked ? common.StackingMode.Normal : common.StackingMode.None,
  )
  return describe(new lines.PanelBuilder(), about, {
    height: CHART_HEIGHT,
    colour: FieldColorModeId.PaletteClassic,
    answer: 'course',
  })
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(false)
    .thresholdsStyle(limit)
    .stacking(stacking)
    .legend(legend().calcs(['lastNotNull']))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
}

/** One number, or one for each series, with its course behind it. */
export function stat(about: About): cog.Builder<Panel> {
  const coloured = limitsOf(about).length > 0 || about.mappings !== undefined
  return describe(new stats.PanelBuilder(), about, { height: STAT_HEIGHT, colour: FieldColorModeId.Thresholds })
    .reduceOptions(latest())
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(coloured ? common.BigValueColorMode.Background : common.BigValueColorMode.None)
    .textMode(common.BigValueTextMode.Auto)
}

/** A dial between `min` and `max`. */
export function gauge(about: About): cog.Builder<Panel> {
  return describe(new gauges.PanelBuilder(), about, { height: STAT_HEIGHT, colour: FieldColorModeId.Thresholds })
    .reduceOptions(latest())
    .showThresholdMarkers(true)
}

export function barGauge(about: About): cog.Builder<Panel> {
  return describe(new bars.PanelBuilder(), about, { height: CHART_HEIGHT, colour: FieldColorModeId.Thresholds })
    .reduceOptions(latest())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
}

export function pie(about: About): cog.Builder<Panel> {
  return describe(new pies.PanelBuilder(), about, { height: CHART_HEIGHT, colour: FieldColorModeId.PaletteClassic })
    .reduceOptions(latest())
    .pieType(pies.PieChartType.Donut)
    .displayLabels([pies.PieChartLabels.Percent])
    .legend(
      new pies.PieChartLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .values([pies.PieChartLegendValues.Value]),
    )
}

/** One band for each series; the states are the `mappings`. */
export function stateTimeline(about: About): cog.Builder<Panel> {
  return describe(new timelines.PanelBuilder(), about, {
    height: CHART_HEIGHT,
    colour: FieldColorModeId.Thresholds,
    answer: 'course',
  })
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(legend())
}

function limitsOf({ alerts = [], limits: more = [] }: About): Limit[] {
  return [...alerts.map((alert) => limits[alert]), ...more]
}

interface AnyPanel {
  title(title: string): this
  description(description: string): this
  datasource(datasource: common.DataSourceRef): this
  span(width: number): this
  height(height: number): this
  unit(unit: string): this
  min(min: number): this
  max(max: number): this
  decimals(decimals: number): this
  mappings(mappings: ValueMapping[]): this
  noValue(text: string): this
  colorScheme(colour: FieldColorBuilder): this
  thresholds(thresholds: cog.Builder<ThresholdsConfig>): this
  links(links: DashboardLinkBuilder[]): this
  withTarget(target: DataqueryBuilder): this
}

/** What panels of all kinds have. */
export function describe<P extends AnyPanel>(
  panel: P,
  about: About,
  { height, colour, answer = 'latest' }: { readonly height: number; readonly colour: Mode; readonly answer?: Answer },
): P {
  panel.title(about.title).description(about.description).datasource(datasource)
  panel
    .span(about.width)
    .height(about.height ?? height)
    .unit(about.unit)
  // Behind a line only what is wrong is coloured; a number has a colour always.
  panel.thresholds(
    thresholdsOf(limitsOf(about), answer === 'course' && about.mappings === undefined ? 'transparent' : 'green'),
  )
  panel.colorScheme(new FieldColorBuilder().mode(colour))
  if (about.min !== undefined) panel.min(about.min)
  if (about.max !== undefined) panel.max(about.max)
  if (about.decimals !== undefined) panel.decimals(about.decimals)
  if (about.mappings !== undefined) panel.mappings(about.mappings)
  if (about.whenEmpty !== undefined) panel.noValue(about.whenEmpty)
  const alerts = [...(about.alerts ?? []), ...(about.seeAlso ?? [])]
  if (alerts.length > 0) panel.links(alerts.map(runbook))
  for (const [n, query] of about.queries.entries()) panel.withTarget(target(query, n, answer))
  return panel
}

/** The course of each series, its latest value with the course behind it, or rows of labels and values. */
type Answer = 'course' | 'latest' | 'table'

function target({ expr, legend }: Query, n: number, answer: Answer): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + n))
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .format(answer === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries)
  // What looks back over all that is shown has one answer; for each point it would cost as much again.
  const once = answer === 'table' || (answer === 'latest' && expr.includes('$__range'))
  return once ? query.instant() : query.range()
}

/** Prometheus serves the runbooks beside itself, see --web.user-assets. */
function runbook(alert: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`Runbook: ${alert}`)
    .type(DashboardLinkType.Link)
    .url(`\${prometheus:raw}/user/${alert}.md`)
    .targetBlank(true)
}

const latest = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false)

const legend = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
