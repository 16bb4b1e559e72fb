/** What can be chosen at the top of a dashboard. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { datasource } from './panel.ts'

/** `$datasource`: any Prometheus; the provisioned one unless another is chosen. */
export function datasourceVariable(): cog.Builder<VariableModel> {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .current({ text: 'Prometheus', value: 'prometheus' })
}

/**
 * `$prometheus`: where a reader's browser finds Prometheus, for links to alerts and runbooks. Not shown; elsewhere than on
 * this machine put `var-prometheus=https://…` into the address of the dashboard, or change the default here.
 */
export function prometheusVariable(): cog.Builder<VariableModel> {
  const address = 'http://localhost:9090'
  return new TextBoxVariableBuilder('prometheus')
    .label('Address of Prometheus')
    .defaultValue(address)
    .current({ text: address, value: address })
    .hide(VariableHide.HideVariable)
}

/** The values of a label that `series` have now; all of them unless some are chosen. Use it as `label=~"$name"`. */
export function labelVariable(
  name: string,
  { title, label, series }: { readonly title: string; readonly label: string; readonly series: string },
): cog.Builder<VariableModel> {
  const query = `label_values(${series}, ${label})`
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(datasource)
    .query({ query, refId: 'StandardVariableQuery' })
    .definition(query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
}
