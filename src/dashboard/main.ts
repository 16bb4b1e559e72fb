/** Writes the dashboards as Grafana provisions them: `npm run dashboards`. A file that no dashboard belongs to is removed. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dashboardFiles } from './dashboards.ts'

const folder = new URL('../../grafana/dashboards/', import.meta.url)
const files = dashboardFiles()
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) {
  if (name.endsWith('.json') && !files.has(name)) rmSync(new URL(name, folder))
}
for (const [name, text] of files) writeFileSync(new URL(name, folder), text)
process.stdout.write(`grafana/dashboards/: ${[...files.keys()].join(', ')}\n`)
