/** Reads one entry of `webhook_configs`. */
import { type DestinationConfig, readSecretReference, readSendResolved, type SecretScope } from './destinations.ts'
import type { ProblemList } from './problem.ts'
import { type KnownKeys, readMap, readText, requireEntry } from './reading.ts'
import { looksLikeReference } from './secrets.ts'
import type { YamlNode } from './yaml-tree.ts'

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
  return { channel: 'webhook', reference, secretReference, host: null, sendResolved }
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
