/** Every dashboard, and the files that Grafana reads. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { application } from './application.ts'
import { business } from './business.ts'
import { infrastructure } from './infrastructure.ts'
import { mlApi } from './ml-api.ts'
import { modelPerformance } from './model-performance.ts'
import { router } from './router.ts'

/** Built anew at each call. */
export function allDashboards(): Dashboard[] {
  return [modelPerformance(), mlApi(), application(), infrastructure(), business(), router()]
}

/** What the file of a dashboard holds, by its name in `grafana/dashboards/`. */
export function dashboardFiles(): Map<string, string> {
  return new Map(allDashboards().map((one) => [`${one.uid}.json`, `${JSON.stringify(one, null, 2)}\n`]))
}
