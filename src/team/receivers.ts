/** Reads `receivers`: a team's named sets of destinations. */
import type { ChannelName } from '../channel/channel.ts'
import { readEmail } from './destination-email.ts'
import { readPagerDuty } from './destination-pagerduty.ts'
import { readSlack } from './destination-slack.ts'
import { readWebhook } from './destination-webhook.ts'
import type { DestinationConfig, SecretScope } from './destinations.ts'
import { didYouMean, listed } from './nearest.ts'
import { type ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readList, readMap, readText, requireEntry } from './reading.ts'
import type { YamlNode } from './yaml-tree.ts'

export interface Receiver {
  readonly name: string
  /** The receiver that is told when a destination of this one cannot be reached. */
  readonly fallback: string | null
  /** None: what is routed here is told to nobody, on purpose. */
  readonly destinations: readonly DestinationConfig[]
}

/** The receivers, and the names of all that were written: a route to a broken one is no second mistake. */
export interface ReceiversRead {
  readonly receivers: readonly Receiver[]
  readonly names: ReadonlySet<string>
}

const supported = 'slack_configs, email_configs, pagerduty_configs and webhook_configs are'

const notSupported = ['opsgenie', 'msteams', 'msteamsv2', 'discord', 'telegram', 'victorops', 'pushover']
  .concat(['sns', 'wechat', 'webex', 'jira', 'rocketchat', 'mattermost', 'incidentio'])
  .map((channel) => [`${channel}_configs`, [`"${channel}_configs" is not supported`, supported]] as const)

const receiverKeys: KnownKeys = {
  of: 'a receiver',
  keys: ['name', 'fallback', 'slack_configs', 'email_configs', 'pagerduty_configs', 'webhook_configs'],
  refused: new Map(notSupported),
}

export function readReceivers(node: YamlNode, scope: SecretScope, problems: ProblemList): ReceiversRead | undefined {
  const list = readList(node, 'receivers', '[{ name: chat }]', problems)
  if (list === undefined) return undefined
  const receivers: Receiver[] = []
  const lines = new Map<string, number>()
  const fallbacks: { readonly of: string; readonly to: string; readonly node: YamlNode }[] = []
  for (const item of list.items) {
    if (readMap(item, receiverKeys, problems) === undefined || item.kind !== 'map') continue
    const nameNode = requireEntry(item, 'name', 'the receiver', 'add name: chat, or another name', problems)
    const name = nameNode && readText(nameNode, 'name', 'a name such as chat', problems)
    const fallbackNode = item.entries.get('fallback')?.value
    const fallback = fallbackNode && readText(fallbackNode, 'fallback', 'the name of another receiver', problems)
    const destinations = channels.flatMap((channel) =>
      readDestinations(channel, item.entries.get(`${channel.name}_configs`)?.value, scope, problems),
    )
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
      receivers.push({ name, fallback: fallback ?? null, destinations })
      if (fallbackNode !== undefined && fallback !== undefined) {
        fallbacks.push({ of: name, to: fallback, node: fallbackNode })
      }
    }
  }
  const names = new Set(lines.keys())
  for (const { of, to, node } of fallbacks) {
    if (to === of) {
      problems.add(node.start, `the receiver ${quoted(of)} is its own fallback`, 'name another receiver')
    } else if (!names.has(to)) {
      const advice = `${didYouMean(to, names)}defined are ${listed(names)}`
      problems.add(node.start, `the receiver ${quoted(to)} is not defined`, advice)
    }
  }
  return { receivers, names }
}

interface ConfiguredChannel {
  readonly name: ChannelName
  readonly example: string
  /** One entry may name several destinations; none if it cannot be read. */
  readonly read: (
    node: YamlNode,
    scope: SecretScope,
    problems: ProblemList,
  ) => DestinationConfig | readonly DestinationConfig[] | undefined
}

const channels: readonly ConfiguredChannel[] = [
  { name: 'slack', read: readSlack, example: "[{ api_url: 'env:TEAM_SLACK_URL' }]" },
  { name: 'email', read: readEmail, example: "[{ to: 'oncall@example.org' }]" },
  { name: 'pagerduty', read: readPagerDuty, example: "[{ routing_key: 'env:TEAM_PAGERDUTY_KEY' }]" },
  { name: 'webhook', read: readWebhook, example: "[{ url: 'https://example.com/hook' }]" },
]

function readDestinations(
  { name, read, example }: ConfiguredChannel,
  node: YamlNode | undefined,
  scope: SecretScope,
  problems: ProblemList,
): DestinationConfig[] {
  if (node === undefined) return []
  const destinations: DestinationConfig[] = []
  for (const item of readList(node, `${name}_configs`, example, problems)?.items ?? []) {
    for (const destination of [read(item, scope, problems) ?? []].flat()) {
      if (destinations.some(({ reference }) => reference === destination.reference)) {
        problems.add(item.start, `the same ${name} destination again in one receiver`, 'keep one of them')
      }
      destinations.push(destination)
    }
  }
  return destinations
}

/** The name of a receiver that is to be told; `names` are those that were written, undefined when they cannot be read. */
export function readReceiverName(
  node: YamlNode,
  names: ReadonlySet<string> | undefined,
  problems: ProblemList,
): string | undefined {
  const name = readText(node, 'receiver', 'the name of a receiver', problems)
  if (name !== undefined && names !== undefined && !names.has(name)) {
    const defined = names.size === 0 ? 'define it under receivers:' : `defined are ${listed(names)}`
    problems.add(node.start, `the receiver ${quoted(name)} is not defined`, didYouMean(name, names) + defined)
  }
  return name
}
