/** Reads one entry of `slack_configs`. */
import { type DestinationConfig, readSecretReference, readSendResolved, type SecretScope } from './destinations.ts'
import type { ProblemList } from './problem.ts'
import { type KnownKeys, readMap, requireEntry } from './reading.ts'
import { variablePrefix } from './secrets.ts'
import type { YamlNode } from './yaml-tree.ts'

const ownWebhook = 'remove it; each Slack channel needs a webhook, and so a receiver or an api_url, of its own'
const fixedByApp = 'remove it; set it once in the Slack app that owns the webhook'

const slackKeys: KnownKeys = {
  of: 'a Slack destination',
  keys: ['api_url', 'send_resolved'],
  refused: new Map([
    ['channel', ['webhooks of Slack apps cannot choose a channel', ownWebhook]],
    ['username', ['webhooks of Slack apps cannot choose a user name', fixedByApp]],
    ['icon_url', ['webhooks of Slack apps cannot choose an icon', fixedByApp]],
    ['icon_emoji', ['webhooks of Slack apps cannot choose an icon', fixedByApp]],
    ['api_url_file', ['"api_url_file" is not used here', "write api_url: 'file:NAME'"]],
  ]),
}

export function readSlack(node: YamlNode, scope: SecretScope, problems: ProblemList): DestinationConfig | undefined {
  if (readMap(node, slackKeys, problems) === undefined || node.kind !== 'map') return undefined
  const example = `env:${variablePrefix(scope.team)}SLACK_URL`
  const url = requireEntry(node, 'api_url', 'the Slack destination', `add api_url: '${example}'`, problems)
  const sendResolved = readSendResolved(node, problems)
  const reference = url && readSecretReference(url, 'api_url', scope, problems)
  return reference === undefined
    ? undefined
    : { channel: 'slack', reference, secretReference: null, host: null, sendResolved }
}
