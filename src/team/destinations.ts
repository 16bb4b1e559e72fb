/** One destination of a receiver, and what all of them are read with; what may be a secret is never shown in a problem. */
import type { ChannelName } from '../channel/channel.ts'
import type { ProblemList } from './problem.ts'
import { readBoolean, readText } from './reading.ts'
import { type AdminNames, checkReference, variablePrefix } from './secrets.ts'
import type { YamlMap, YamlNode } from './yaml-tree.ts'

/** One address of a receiver. (team, receiver, channel, reference) is its identity, whatever its position or secret. */
export interface DestinationConfig {
  readonly channel: ChannelName
  /** As configured: `env:…`, `file:…`, or the literal URL of a webhook. */
  readonly reference: string
  /** `env:…` or `file:…` of a webhook's signing secret; null when unsigned. */
  readonly secretReference: string | null
  /** Where PagerDuty's events go, `host` or `host:port`; null for the usual place, and for every other channel. */
  readonly host: string | null
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

/** Alertmanager's default for webhooks, here for every channel. */
export function readSendResolved(node: YamlMap, problems: ProblemList): boolean {
  const entry = node.entries.get('send_resolved')
  return entry === undefined ? true : (readBoolean(entry.value, 'send_resolved', problems) ?? true)
}

/** `env:…` or `file:…` that the team may use. */
export function readSecretReference(
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
