/** The shipped team documents with the shipped rules: whom each alert of prometheus/rules/ reaches, by our own routing. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { toLabels } from '../../src/alert/labels.ts'
import { matches } from '../../src/route/matcher.ts'
import type { TeamDocument } from '../../src/team/document.ts'
import type { Receiver } from '../../src/team/receivers.ts'
import { Routing, type TeamInForce } from '../../src/team/routing.ts'
import { shippedAlerts } from '../prometheus/shipped-rules.ts'
import { soundDocument } from './documents.ts'

const documents = new Map(
  readdirSync('teams').map((file): [string, TeamDocument] => {
    const { document } = soundDocument(readFileSync(`teams/${file}`, 'utf8'), file)
    return [document.team, document]
  }),
)
const routing = new Routing(
  new Map([...documents].map(([team, document], n): [string, TeamInForce] => [team, inForce(document, n)])),
)

function inForce(document: TeamDocument, n: number): TeamInForce {
  const receivers = document.receivers.map(({ name, destinations }) => {
    return [name, destinations.map((d, m) => ({ ...d, id: 100 * n + m + 1, wantsResolved: d.sendResolved }))] as const
  })
  return { document, versionId: n + 1, receivers: new Map(receivers) }
}

/** Whom an alert reaches, such as `ml-platform/oncall: pagerduty`; `at once` where it does not wait for group_wait. */
function reached(labels: Readonly<Record<string, string>>): string[] {
  const { placements } = routing.place(toLabels(labels))
  return placements.map(({ team, route }) => {
    const hurried = route.flushNow.length > 0 && route.flushNow.every((matcher) => matches(matcher, toLabels(labels)))
    return `${team}/${route.receiver}: ${channelsOf(team, route.receiver)}${hurried ? ', at once' : ''}`
  })
}

function receiver(team: string, name: string): Receiver | undefined {
  return documents.get(team)?.receivers.find((one) => one.name === name)
}

function channelsOf(team: string, name: string): string {
  return (
    receiver(team, name)
      ?.destinations.map(({ channel }) => channel)
      .join(' and ') || 'nobody'
  )
}

/** By team and severity, for alerts that have both labels. */
const whom: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'ml-platform': {
    critical: ['ml-platform/oncall: pagerduty, at once', 'ml-platform/chat: slack, at once'],
    warning: ['ml-platform/chat: slack'],
    info: ['ml-platform/mail: email'],
    demo: ['ml-platform/chat: slack'],
    none: ['ml-platform/nobody: nobody'],
    unheard: ['ml-platform/chat: slack'],
  },
  'data-science': {
    critical: ['data-science/analysts: slack and email, at once'],
    warning: ['data-science/analysts: slack and email'],
    info: ['data-science/chat: slack'],
    demo: ['data-science/chat: slack'],
    none: ['data-science/nobody: nobody'],
  },
  platform: {
    critical: ['platform/oncall: pagerduty, at once', 'platform/chat: slack, at once'],
    warning: ['platform/chat: slack'],
    info: ['platform/chat: slack'],
    demo: ['platform/chat: slack'],
    none: ['platform/nobody: nobody'],
  },
  default: {
    critical: ['default/chat: slack, at once'],
    warning: ['default/chat: slack'],
    none: ['default/nobody: nobody'],
  },
  drill: { warning: ['drill/target: webhook'], critical: ['drill/target: webhook'] },
}

const cases = Object.entries(whom).flatMap(([team, bySeverity]) =>
  Object.entries(bySeverity).map(([severity, expected]) => ({ team, severity, expected })),
)

it.each(cases)('an alert of $team that is $severity reaches $expected', ({ team, severity, expected }) => {
  expect(reached({ alertname: 'Some', team, severity })).toEqual(expected)
})

describe('the alerts of prometheus/rules', () => {
  const alerts = shippedAlerts().filter(({ alert }) => alert !== 'Watchdog')

  it.each(alerts)('$alert ($labels.severity) belongs to a team and reaches it', ({ alert, labels }) => {
    const { team = '', severity = '' } = labels
    const found = routing.place(toLabels({ ...labels, alertname: alert, cluster: 'local' }))
    expect([found.ownership, found.teams, found.heartbeats]).toEqual(['label', [team], []])
    expect(reached({ ...labels, alertname: alert, cluster: 'local' })).toEqual(whom[team]?.[severity])
    expect(found.placements.every(({ route }) => channelsOf(team, route.receiver) !== 'nobody')).toBe(true)
    expect(['default', 'drill']).not.toContain(team)
  })

  it('would belong to the same team by `owns` if they lost their label', () => {
    const byService = (service: string) => routing.place(toLabels({ alertname: 'Some', service })).teams
    for (const service of ['model-server', 'ml-api']) expect(byService(service)).toEqual(['ml-platform'])
    const others = ['alert-router', 'prometheus', 'alertmanager', 'node-exporter', 'pushgateway']
    for (const service of others) expect(byService(service)).toEqual(['platform'])
    expect(routing.place(toLabels({ alertname: 'Some', job: 'training' })).teams).toEqual(['ml-platform'])
    expect(routing.place(toLabels({ alertname: 'Some' })).ownership).toBe('default')
  })
})

describe('the Watchdog', () => {
  const { external_labels } = (
    parse(readFileSync('prometheus/prometheus.yml', 'utf8')) as {
      global: { external_labels: Record<string, string> }
    }
  ).global
  const [watchdog] = shippedAlerts().filter(({ alert }) => alert === 'Watchdog')
  const labels = { alertname: 'Watchdog', ...watchdog?.labels, ...external_labels }

  it('of this Prometheus is a heartbeat of the platform team, and told to nobody', () => {
    const { heartbeats, placements } = routing.place(toLabels(labels))
    expect(heartbeats.map(({ team, heartbeat }) => [team, heartbeat.receiver])).toEqual([['platform', 'oncall']])
    expect(placements).toEqual([])
  })

  it('of another cluster is no heartbeat yet, and told to nobody either', () => {
    expect(reached({ ...labels, cluster: 'elsewhere' })).toEqual(['platform/nobody: nobody'])
  })
})

describe('what is told to one channel only', () => {
  const only = [...documents].flatMap(([team, { receivers }]) =>
    receivers.filter(({ destinations }) => destinations.length === 1).map((one) => ({ team, ...one })),
  )
  const withoutFallback = only.filter(({ fallback }) => fallback === null).map(({ team, name }) => `${team}/${name}`)

  it('has a fallback by another channel, but for the drill, minor notes, and what is a fallback itself', () => {
    expect(withoutFallback.sort()).toEqual(['data-science/chat', 'default/mail', 'drill/target'])
    for (const { team, name, fallback } of only.filter((one) => one.fallback !== null)) {
      expect(channelsOf(team, fallback ?? ''), `${team}/${name}`).not.toBe(channelsOf(team, name))
    }
  })
})

it('keeps every secret in a file of the team', () => {
  const references = [...documents.values()].flatMap(({ receivers }) =>
    receivers.flatMap(({ destinations }) => destinations.filter(({ channel }) => channel !== 'email')),
  )
  expect([...new Set(references.map(({ reference }) => reference))].sort()).toEqual([
    'file:pagerduty-key',
    'file:slack-url',
    'file:webhook-url',
  ])
})
