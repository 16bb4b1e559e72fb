/** The dashboards as Grafana will read them: files, ids, the grid, variables, questions that Prometheus can read. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Dashboard, VariableType } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { allDashboards, dashboardFiles } from '../../src/dashboard/dashboards.ts'
import { instantMetrics, syntaxError } from './promql.ts'
import { dashboardQueries, exprsOf, isRow, panelsOf, replaceVariables } from './queries.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const windows = { rateInterval: '1m', range: '1h' }

it('the files are those that the code makes; else run npm run dashboards', () => {
  const files = dashboardFiles()
  expect(readdirSync(new URL('grafana/dashboards/', root)).sort()).toEqual([...files.keys()].sort())
  for (const [name, text] of files) expect(read(`grafana/dashboards/${name}`) === text, name).toBe(true)
})

it('no two dashboards have the same uid or title', () => {
  const dashboards = allDashboards()
  for (const property of ['uid', 'title'] as const) {
    expect(new Set(dashboards.map((one) => one[property])).size).toBe(dashboards.length)
  }
  for (const { uid = '' } of dashboards) expect(uid).toMatch(/^[a-z][a-z-]{1,39}$/)
})

describe('the provisioning', () => {
  it('has one data source, by the uid that the dashboards begin with', () => {
    const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string; type: string; editable: boolean; jsonData: { timeInterval: string } }[]
    }
    expect(datasources).toMatchObject([{ uid: 'prometheus', type: 'prometheus', editable: false }])
    for (const { templating } of allDashboards()) {
      expect(templating.list?.[0]).toMatchObject({
        name: 'datasource',
        query: 'prometheus',
        current: { value: 'prometheus' },
      })
    }
  })

  it('knows the longest interval of scraping, so that a rate has two samples', () => {
    const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1])
    const { global, scrape_configs } = parse(read('prometheus/prometheus.yml')) as {
      global: { scrape_interval: string }
      scrape_configs: { scrape_interval?: string }[]
    }
    const longest = Math.max(...scrape_configs.map((one) => seconds(one.scrape_interval ?? global.scrape_interval)))
    const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { jsonData: { timeInterval: string } }[]
    }
    expect(seconds(datasources[0]?.jsonData.timeInterval ?? '')).toBe(longest)
  })
})

describe.each(allDashboards().map((one) => [one.uid, one] as const))('%s', (_, dashboard) => {
  const panels = panelsOf(dashboard)

  it('has ids of its own for all panels, and titles', () => {
    const all = dashboard.panels ?? []
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    for (const { title = '' } of all) expect(title).not.toBe('')
    for (const panel of panels) expect(panel.description, panel.title).toMatch(/\.$/)
  })

  it('covers its grid without gap or overlap', () => {
    expect(uncovered(dashboard)).toEqual([])
  })

  it('asks the data source that is chosen, everywhere', () => {
    for (const panel of panels) {
      for (const from of [panel, ...(panel.targets ?? [])]) {
        expect((from as { datasource?: unknown }).datasource, panel.title).toEqual({
          type: 'prometheus',
          uid: '$datasource',
        })
      }
    }
    for (const { datasource, name } of dashboard.annotations.list ?? []) {
      expect(datasource, name).toMatchObject({ uid: '$datasource' })
    }
  })

  it('has every variable that it uses, and uses every one that it has', () => {
    const { templating, ...rest } = dashboard
    const names = (templating.list ?? []).map(({ name }) => name)
    const used = [...JSON.stringify(rest).matchAll(/\$\{?([a-z_]\w*)/gi)].map(([, name = '']) => name)
    const own = used.filter((name) => !name.startsWith('__'))
    expect([...new Set(own)].sort()).toEqual(names.toSorted())
  })

  it('asks what Prometheus can read', () => {
    for (const { panel, expr } of dashboardQueries([dashboard], windows)) expect(syntaxError(expr), panel).toBeNull()
    for (const { name, expr = '' } of dashboard.annotations.list ?? []) {
      expect(syntaxError(expr.replaceAll(/\$\w+/g, '.*')), name).toBeNull()
    }
  })

  it('gives what counts a rate, never the bare counter', () => {
    // How many series there are of it is how many processors there are.
    const counted = ['node_cpu_seconds_total']
    for (const name of panels.flatMap(exprsOf).flatMap(instantMetrics)) {
      if (!counted.includes(name)) expect(name).not.toMatch(/_(total|bucket|count|sum)$/)
    }
  })

  it('tells the series of one panel apart', () => {
    for (const { title, targets = [] } of panels) {
      const refs = (targets as { refId?: string }[]).map(({ refId }) => refId)
      expect(new Set(refs).size, title).toBe(refs.length)
    }
  })
})

it('a variable that no dashboard has is found', () => {
  expect(
    replaceVariables('a{b=~"$c"}[$__range] - $c', [{ type: VariableType.Query, name: 'c', allValue: '.*' }], windows),
  ).toBe('a{b=~".*"}[1h] - .*')
  expect(() => replaceVariables('up{job="$job"}', [], windows)).toThrow('$job is no variable')
})

/** Cells of the grid that are covered by no panel or by several, down to the lowest panel. */
function uncovered({ panels = [] }: Dashboard): string[] {
  const covered = new Map<string, number>()
  let bottom = 0
  for (const panel of panels) {
    const { x, y, w, h } = panel.gridPos ?? { x: 0, y: 0, w: 0, h: 0 }
    expect(isRow(panel) ? w : x + w, panel.title).toBeLessThanOrEqual(24)
    bottom = Math.max(bottom, y + h)
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const cell = `${column},${row}`
        covered.set(cell, (covered.get(cell) ?? 0) + 1)
      }
    }
  }
  const wrong: string[] = []
  for (let row = 0; row < bottom; row++) {
    for (let column = 0; column < 24; column++) {
      const times = covered.get(`${column},${row}`) ?? 0
      if (times !== 1) wrong.push(`column ${column}, row ${row}: ${times} panels`)
    }
  }
  return wrong
}
