/** Reads one entry of `email_configs`: each address of `to` is a destination of its own, so that one refusal is only its own. */
import { type DestinationConfig, readSendResolved, type SecretScope } from './destinations.ts'
import { readMailAddress, validMailAddress } from './mail-address.ts'
import { type ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readMap, readText, requireEntry } from './reading.ts'
import type { YamlNode, YamlScalar } from './yaml-tree.ts'

const server = 'remove it; the operator names the mail server once, by SMTP_URL'
const layout = 'remove it; messages have one layout'

const serverKeys = ['smarthost', 'hello', 'require_tls', 'force_implicit_tls', 'tls_config']
  .concat(['auth_username', 'auth_password', 'auth_password_file', 'auth_secret', 'auth_secret_file', 'auth_identity'])
  .map((key) => [key, ['a team does not choose the mail server', server]] as const)

const emailKeys: KnownKeys = {
  of: 'an email destination',
  keys: ['to', 'send_resolved'],
  refused: new Map<string, readonly [string, string]>([
    ...serverKeys,
    ['from', ['a team does not choose the sender', 'remove it; the operator sets SMTP_FROM']],
    ['headers', ['"headers" is not supported', `${layout}; to copy somebody, add an address to "to"`]],
    ['html', ['"html" is not supported', layout]],
    ['text', ['"text" is not supported', layout]],
    ['threading', ['"threading" is not supported', 'remove it; the mails of a group are one thread']],
  ]),
}

export function readEmail(node: YamlNode, _scope: SecretScope, problems: ProblemList): DestinationConfig[] {
  if (readMap(node, emailKeys, problems) === undefined || node.kind !== 'map') return []
  const to = requireEntry(node, 'to', 'the email destination', "add to: 'oncall@example.org'", problems)
  const sendResolved = readSendResolved(node, problems)
  const text = to && readText(to, 'to', 'one address, or several separated by commas', problems)
  if (text === undefined || to?.kind !== 'scalar') return []
  return addressesOf(text, to, problems).map((reference) => ({
    channel: 'email',
    reference,
    secretReference: null,
    host: null,
    sendResolved,
  }))
}

function addressesOf(text: string, node: YamlScalar, problems: ProblemList): string[] {
  const addresses: string[] = []
  let offset = 0
  for (const part of text.split(',')) {
    const written = part.trim()
    const address = readMailAddress(written)
    const at = node.exactStart === null ? node.start : node.exactStart + offset + part.indexOf(written)
    if (address === null) problems.add(at, `${quoted(written)} is not a mail address`, `write ${validMailAddress}`)
    else addresses.push(address)
    offset += part.length + 1
  }
  return addresses
}
