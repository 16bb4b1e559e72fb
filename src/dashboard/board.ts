/** What all dashboards have in common: where they link to, what they mark in time, how their panels are laid out. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { datasource } from './panel.ts'
import { datasourceVariable, prometheusVariable } from './variable.ts'

export interface Row {
  readonly title: string
  /** From left to right; those that fill 24 columns make a line. */
  readonly panels: readonly cog.Builder<Panel>[]
}

export interface Board {
  /** Never changes: links and bookmarks hold it. */
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly cog.Builder<VariableModel>[]
  /** Matchers of the services it is about, such as `service="ml-api"`: their alerts and restarts are marked. */
  readonly about: string
  readonly rows: readonly Row[]
}

/** Links the dashboards with each other. */
const TAG = 'alert-router'

export function board({ uid, title, description, variables, about, rows }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables([datasourceVariable(), ...variables, prometheusVariable()])
    .annotations([alertsThatFire(about), restarts(about)])
    .links([
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true),
      toPrometheus('Alerts', 'alerts'),
      toPrometheus('Targets', 'targets'),
    ])
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title))
    for (const panel of row.panels) builder.withPanel(panel)
  }
  const dashboard = builder.build()
  for (const [n, panel] of dashboard.panels?.entries() ?? []) panel.id = n + 1
  return showPlainly(dashboard)
}

/** The builders put every link and annotation away in a menu, and have no word for the usual place. */
function showPlainly(dashboard: Dashboard): Dashboard {
  const panelLinks = (dashboard.panels ?? []).flatMap((panel) => ('links' in panel ? (panel.links ?? []) : []))
  for (const shown of [...(dashboard.links ?? []), ...panelLinks, ...(dashboard.annotations.list ?? [])]) {
    delete shown.placement
  }
  return dashboard
}

function alertsThatFire(about: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(datasource)
    .enable(true)
    .iconColor('red')
    .expr(`ALERTS{alertstate="firing", alertname!="Watchdog", ${about}}`)
    .step('15s')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}, {{service}}, {{team}}')
}

/** A deployment is a restart; so is a crash. */
function restarts(about: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Restarts')
    .datasource(datasource)
    .enable(true)
    .iconColor('blue')
    .expr(`process_start_time_seconds{${about}} * 1000`)
    .useValueForTime(true)
    .step('60s')
    .titleFormat('Started')
    .textFormat('{{service}} {{instance}}')
}

function toPrometheus(title: string, page: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(`\${prometheus:raw}/${page}`)
    .icon('external link')
    .targetBlank(true)
}
