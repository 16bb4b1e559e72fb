/** Reads `receivers`: a team's named sets of destinations. */
import type { ChannelName } from '../channel/channel.ts'
import { type DestinationConfig, readSlack, readWebhook, type SecretScope } from './destinations.ts'
import { type ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readList, readMap, readText, requireEntry } from './reading.ts'
import type { YamlNode } from './yaml-tree.ts'

export interface Receiver {
  readonly name: string
  /** None: what is routed here is told to nobody, on purpose. */
  readonly destinations: readonly DestinationConfig[]
}

/** The receivers, and the names of all that were written: a route to a broken one is no second mistake. */
export interface ReceiversRead {
  readonly receivers: readonly Receiver[]
  readonly names: ReadonlySet<string>
}

const supported = 'slack_configs and webhook_configs are'

const notSupported = [
  'email',
  'pagerduty',
  'opsgenie',
  'msteams',
  'msteamsv2',
  'discord',
  'telegram',
  'victorops',
  'pushover',
]
  .concat(['sns', 'wechat', 'webex', 'jira', 'rocketchat', 'mattermost', 'incidentio'])
  .map((channel) => [`${channel}_configs`, [`"${channel}_configs" is not supported`, supported]] as const)

const receiverKeys: KnownKeys = {
  of: 'a receiver',
  keys: ['name', 'slack_configs', 'webhook_configs'],
  refused: new Map(notSupported),
}

export function readReceivers(node: YamlNode, scope: SecretScope, problems: ProblemList): ReceiversRead | undefined {
  const list = readList(node, 'receivers', '[{ name: chat }]', problems)
  if (list === undefined) return undefined
  const receivers: Receiver[] = []
  const lines = new Map<string, number>()
  for (const item of list.items) {
    if (readMap(item, receiverKeys, problems) === undefined || item.kind !== 'map') continue
    const nameNode = requireEntry(item, 'name', 'the receiver', 'add name: chat, or another name', problems)
    const name = nameNode && readText(nameNode, 'name', 'a name such as chat', problems)
    const destinations = [
      ...readDestinations('slack', item.entries.get('slack_configs')?.value, scope, problems),
      ...readDestinations('webhook', item.entries.get('webhook_configs')?.value, scope, problems),
    ]
    if (name === undefined || nameNode === undefined) continue
    const first = lines.get(name)
    if (first !== undefined) {
      problems.add(
        nameNode.start,
        `the receiver name ${quoted(name)} again, first on line ${first}`,
        'give each its own name',
      )
    } else {
      lines.set(name, problems.place(nameNode.start).line)
      receivers.push({ name, destinations })
    }
  }
  return { receivers, names: new Set(lines.keys()) }
}

function readDestinations(
  channel: ChannelName,
  node: YamlNode | undefined,
  scope: SecretScope,
  problems: ProblemList,
): DestinationConfig[] {
  if (node === undefined) return []
  const read = channel === 'slack' ? readSlack : readWebhook
  const destinations: DestinationConfig[] = []
  for (const item of readList(node, `${channel}_configs`, exampleOf[channel], problems)?.items ?? []) {
    const destination = read(item, scope, problems)
    if (destination === undefined) continue
    if (destinations.some(({ reference }) => reference === destination.reference)) {
      problems.add(item.start, `the same ${channel} destination again in one receiver`, 'keep one of them')
    }
    destinations.push(destination)
  }
  return destinations
}

const exampleOf: Readonly<Record<ChannelName, string>> = {
  slack: "[{ api_url: 'env:TEAM_SLACK_URL' }]",
  webhook: "[{ url: 'https://example.com/hook' }]",
}
