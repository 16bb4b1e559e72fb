/** Fifty teams with one tree of three levels each, written for the router and, the same, for Alertmanager. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

export const teamNames = Array.from({ length: 50 }, (_, at) => `team-${String(at).padStart(2, '0')}`)

/** What differs from step to step; durations as Prometheus writes them. */
export interface Timing {
  readonly groupBy: readonly string[]
  readonly groupWait: string
  readonly groupInterval: string
}

/** One document per team, and the catch-all team `default`, into `folder`. */
export function writeTeamDocuments(folder: string, sinkPort: number, timing: Timing): void {
  mkdirSync(folder, { recursive: true })
  for (const team of [...teamNames, 'default']) {
    const document = {
      team,
      receivers: receivers(team, sinkPort, {}),
      route: { receiver: `${team}-all`, ...timers(timing), routes: routes(team) },
    }
    writeFileSync(join(folder, `${team}.yml`), stringify(document))
  }
}

/** alertmanager.yml with a route per team; a webhook carries at most 50 alerts, as the router's does. */
export function writeAlertmanagerConfig(file: string, sinkPort: number, timing: Timing): void {
  const config = {
    route: {
      receiver: 'default-all',
      ...timers(timing),
      routes: teamNames.map((team) => ({
        matchers: [`team="${team}"`],
        receiver: `${team}-all`,
        routes: routes(team),
      })),
    },
    receivers: [...teamNames, 'default'].flatMap((team) => receivers(team, sinkPort, { max_alerts: 50 })),
  }
  writeFileSync(file, stringify(config))
}

function timers(timing: Timing): object {
  return {
    group_by: timing.groupBy,
    group_wait: timing.groupWait,
    group_interval: timing.groupInterval,
    repeat_interval: '4h',
  }
}

/** No `continue`: an alert belongs to one group, so that every alert is expected at the sink exactly once. */
function routes(team: string): object[] {
  return [
    {
      matchers: ['severity=~"critical|page"'],
      receiver: `${team}-page`,
      routes: [
        { matchers: ['service=~"(checkout|ledger|refunds).*"', 'environment="production"'], receiver: `${team}-page` },
        { matchers: ['instance=~"db-[0-9]+\\\\..*"'], receiver: `${team}-page` },
      ],
    },
    {
      matchers: ['severity="warning"'],
      receiver: `${team}-chat`,
      routes: [
        { matchers: ['namespace=~"search|catalogue|pri.+"', 'cluster!~"test-.*"'], receiver: `${team}-chat` },
        { matchers: ['job=~".*-batch"'], receiver: `${team}-all` },
      ],
    },
    { matchers: ['alertname=~"Disk.*|.*Backup.*"'], receiver: `${team}-chat` },
  ]
}

function receivers(team: string, sinkPort: number, extra: object): object[] {
  return ['all', 'page', 'chat'].map((suffix) => ({
    name: `${team}-${suffix}`,
    webhook_configs: [{ url: `http://127.0.0.1:${sinkPort}/${team}/${suffix}`, ...extra }],
  }))
}
