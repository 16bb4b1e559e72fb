/** Reads one destination of a receiver; what may be a secret is never shown in a problem. */
import type { ChannelName } from '../channel/channel.ts'
import type { ProblemList } from './problem.ts'
import { type KnownKeys, readBoolean, readMap, readText, requireEntry } from './reading.ts'
import { type AdminNames, checkReference, looksLikeReference, variablePrefix } from './secrets.ts'
import type { YamlMap, YamlNode } from './yaml-tree.ts'

/** One address of a receiver. (team, receiver, channel, reference) is its identity, whatever its position or secret. */
export interface DestinationConfig {
  readonly channel: ChannelName
  /** As configured: `env:…`, `file:…`, or the literal URL of a webhook. */
  readonly reference: string
  /** `env:…` or `file:…` of a webhook's signing secret; null when unsigned. */
  readonly secretReference: string | null
  readonly sendResolved: boolean
}

/** For whom references are checked, and where the variables that are used get noted. */
export interface SecretScope {
  readonly team: string
  readonly adminNames: AdminNames
  readonly used: UsedVariable[]
}

/** An environment variable of the team's own prefix that the document refers to, and where. */
export interface UsedVariable {
  readonly name: string
  readonly line: number
  readonly column: number
}

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
  return reference === undefined ? undefined : { channel: 'slack', reference, secretReference: null, sendResolved }
}

const webhookKeys: KnownKeys = {
  of: 'a webhook destination',
  keys: ['url', 'secret', 'send_resolved'],
  refused: new Map([
    ['url_file', ['"url_file" is not used here', "write url: 'file:NAME'"]],
    [
      'http_config',
      ['"http_config" is not supported', "sign with secret: 'env:…', or put the token into a url by reference"],
    ],
    [
      'max_alerts',
      ['"max_alerts" is not supported', 'remove it; a message holds at most 50 alerts and the true counts'],
    ],
  ]),
}

export function readWebhook(node: YamlNode, scope: SecretScope, problems: ProblemList): DestinationConfig | undefined {
  if (readMap(node, webhookKeys, problems) === undefined || node.kind !== 'map') return undefined
  const url = requireEntry(node, 'url', 'the webhook destination', `add url: 'https://…', or a reference`, problems)
  const sendResolved = readSendResolved(node, problems)
  const secret = node.entries.get('secret')?.value
  const secretReference = secret === undefined ? null : readSecretReference(secret, 'secret', scope, problems)
  const reference = url && readUrl(url, scope, problems)
  if (reference === undefined || secretReference === undefined) return undefined
  return { channel: 'webhook', reference, secretReference, sendResolved }
}

/** Alertmanager's default for webhooks, here for every channel. */
function readSendResolved(node: YamlMap, problems: ProblemList): boolean {
  const entry = node.entries.get('send_resolved')
  return entry === undefined ? true : (readBoolean(entry.value, 'send_resolved', problems) ?? true)
}

function readSecretReference(
  node: YamlNode,
  key: string,
  scope: SecretScope,
  problems: ProblemList,
): string | undefined {
  const text = readText(node, key, `'env:${variablePrefix(scope.team)}NAME'`, problems)
  if (text === undefined) return undefined
  const checked = checkReference(text, scope.team, scope.adminNames)
  if ('what' in checked) {
    problems.add(node.start, `"${key}": ${checked.what}`, checked.valid)
    return undefined
  }
  if (checked.from === 'env' && !scope.adminNames.get(scope.team)?.has(checked.name)) {
    scope.used.push({ name: checked.name, ...problems.place(node.start) })
  }
  return text
}

/** Where it leads is checked when connecting (SSRF): a name that is harmless today may point elsewhere tomorrow. */
function readUrl(node: YamlNode, scope: SecretScope, problems: ProblemList): string | undefined {
  const text = readText(node, 'url', "'https://…', or a reference", problems)
  if (text === undefined) return undefined
  if (looksLikeReference(text)) return readSecretReference(node, 'url', scope, problems)
  const refused = refusalOfUrl(text)
  if (refused === null) return text
  problems.add(node.start, ...refused)
  return undefined
}

function refusalOfUrl(text: string): readonly [what: string, valid: string] | null {
  const url = URL.parse(text)
  if (url === null || !/^https?:\/\/[!-~]{1,2040}$/.test(text)) {
    return ['"url" is not the URL of a webhook', "write 'https://host/path', or a reference env:… or file:…"]
  }
  if (url.username !== '' || url.password !== '') {
    return ['"url" holds a user name or password', 'put the whole URL behind a reference env:… or file:…']
  }
  if (/(^|\.)hooks\.slack(-gov)?\.com$/.test(url.hostname)) {
    return ['the URL of a Slack webhook is a secret', 'write slack_configs with api_url: env:… or file:…']
  }
  return null
}
