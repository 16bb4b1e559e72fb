/** Reads one entry of `pagerduty_configs`. */
import { type DestinationConfig, readSecretReference, readSendResolved, type SecretScope } from './destinations.ts'
import type { ProblemList } from './problem.ts'
import { type KnownKeys, readMap, readText, requireEntry } from './reading.ts'
import { variablePrefix } from './secrets.ts'
import type { YamlMap, YamlNode } from './yaml-tree.ts'

const ofEventsV1 = 'add an "Events API v2" integration to the service and refer to its key by routing_key: \'env:…\''

/** What Alertmanager lets a document set, and where each event takes it from here. */
const givenByAlerts = [
  ['description', 'it begins with the annotation summary'],
  ['severity', 'it follows the label severity'],
  ['class', 'it is the label alertname'],
  ['component', 'it is the label component, service or app'],
  ['group', 'it is the label cluster or namespace'],
  ['source', 'it is the label instance, pod, host or service'],
  ['details', 'every event holds the alerts with their labels and annotations'],
  ['links', 'every event links to the runbook, the source and the alert'],
  ['images', 'events have none'],
  ['client', 'it is alert-router'],
  ['client_url', 'it is PUBLIC_URL'],
] as const

const pagerDutyKeys: KnownKeys = {
  of: 'a PagerDuty destination',
  keys: ['routing_key', 'url', 'send_resolved'],
  refused: new Map<string, readonly [what: string, valid: string]>([
    ['service_key', ['"service_key" is for Events API v1, which is not supported', ofEventsV1]],
    ['service_key_file', ['"service_key_file" is for Events API v1, which is not supported', ofEventsV1]],
    ['routing_key_file', ['"routing_key_file" is not used here', "write routing_key: 'file:NAME'"]],
    ['http_config', ['"http_config" is not supported', 'remove it; the routing_key is all that PagerDuty asks for']],
    ['timeout', ['"timeout" is not supported', 'remove it; an attempt ends after 10 s and is made again']],
    ...givenByAlerts.map(([key, from]) => [key, [`"${key}" cannot be set`, `remove it; ${from}`] as const] as const),
  ]),
}

export function readPagerDuty(
  node: YamlNode,
  scope: SecretScope,
  problems: ProblemList,
): DestinationConfig | undefined {
  if (readMap(node, pagerDutyKeys, problems) === undefined || node.kind !== 'map') return undefined
  const example = `env:${variablePrefix(scope.team)}PAGERDUTY_KEY`
  const key = requireEntry(node, 'routing_key', 'the PagerDuty destination', `add routing_key: '${example}'`, problems)
  const sendResolved = readSendResolved(node, problems)
  const host = readHost(node, problems)
  const reference = key && readSecretReference(key, 'routing_key', scope, problems)
  if (reference === undefined || host === undefined) return undefined
  return { channel: 'pagerduty', reference, secretReference: null, host, sendResolved }
}

/** Of the `url` only its host matters. Whether it may be sent to is checked when connecting. */
function readHost(map: YamlMap, problems: ProblemList): string | null | undefined {
  const node = map.entries.get('url')?.value
  if (node === undefined) return null
  const text = readText(node, 'url', "'https://events.eu.pagerduty.com/v2/enqueue'", problems)
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url !== null && isEventsUrl(url)) return url.host
  const valid = "write 'https://events.eu.pagerduty.com/v2/enqueue' for an account in the EU, else remove it"
  problems.add(node.start, '"url" is not an address of the Events API v2', valid)
  return undefined
}

/** Other hosts than PagerDuty's may stand in for it where the operator allows them; its own others never do. */
function isEventsUrl(url: URL): boolean {
  const isBare = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  const isPagerDuty = /(^|\.)pagerduty\.com$/.test(url.hostname)
  const takesEvents = !isPagerDuty || /^events(\.eu)?\.pagerduty\.com$/.test(url.host)
  return url.protocol === 'https:' && isBare && /^\/(v2\/enqueue\/?)?$/.test(url.pathname) && takesEvents
}
