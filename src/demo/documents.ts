/** The demo's team documents, in a folder of their own: a document names hosts, and the demo's PagerDuty is elsewhere each time. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the documents in `teams/` write for the demo's PagerDuty. */
const placeholder = 'https://pagerduty.demo'

/** Writes them into `folder`, which is made, with `pagerDutyUrl` in place. */
export async function placeDocuments(folder: string, pagerDutyUrl: string): Promise<void> {
  const teams = new URL('teams/', import.meta.url)
  await mkdir(folder)
  for (const name of await readdir(teams)) {
    const document = await readFile(new URL(name, teams), 'utf8')
    await writeFile(join(folder, name), document.replaceAll(placeholder, pagerDutyUrl))
  }
}
