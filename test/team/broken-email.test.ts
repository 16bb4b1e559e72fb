/** `email_configs`: what is read, and what is refused with exact places and words. */
import { expect, it } from 'vitest'
import { documentText, problemsOf, soundDocument } from './documents.ts'

const oneAddress = 'write one plain address such as oncall@example.org'
const noServer =
  'a team does not choose the mail server; remove it; the operator names the mail server once, by SMTP_URL'

function email(...configs: string[]): string {
  return documentText({
    receivers: `receivers:\n  - name: mail\n    email_configs:\n${configs.map((config) => `      - ${config}`).join('\n')}`,
    route: 'route: { receiver: mail }',
  })
}

it('makes a destination of each address, with its domain in lower case', () => {
  const common = { channel: 'email', secretReference: null, host: null, sendResolved: true }
  const { document } = soundDocument(
    email("{ to: 'A@X.io , b.c+alerts@sub.Example.ORG' }", "{ to: 'd@x.io', send_resolved: false }"),
  )
  expect(document.receivers[0]?.destinations).toEqual([
    { ...common, reference: 'A@x.io' },
    { ...common, reference: 'b.c+alerts@sub.example.org' },
    { ...common, reference: 'd@x.io', sendResolved: false },
  ])
})

it.each<[string, string[], string[]]>([
  ['no address', ['{}'], [`5:9: the email destination has no "to"; add to: 'oncall@example.org'`]],
  ['an empty text', ["{ to: '' }"], ['5:15: "to" cannot be empty; write one address, or several separated by commas']],
  ['a list', ['{ to: [a@x.io] }'], ['5:15: "to" cannot be a list; write one address, or several separated by commas']],
  [
    'no mapping',
    ['a@x.io'],
    ['5:9: an email destination cannot be text; write a mapping with the keys to, send_resolved'],
  ],
  [
    'each text that is no address, where it stands',
    ["{ to: 'a@x.io, Bob <b@x.io>, c at x.io,' }"],
    [
      `5:24: "Bob <b@x.io>" is not a mail address; ${oneAddress}`,
      `5:38: "c at x.io" is not a mail address; ${oneAddress}`,
      `5:48: "" is not a mail address; ${oneAddress}`,
    ],
  ],
  [
    'what would be more than an address on the wire',
    ['{ to: "b@x.io\\r\\nRCPT TO:<evil@x.io>" }'],
    [`5:15: "b@x.io\\r\\nRCPT TO:<evil@x.io>" is not a mail address; ${oneAddress}`],
  ],
  ['a reference', ["{ to: 'env:X_MAIL' }"], [`5:16: "env:X_MAIL" is not a mail address; ${oneAddress}`]],
  [
    'an address twice in one entry',
    ["{ to: 'a@x.io, a@X.io' }"],
    ['5:9: the same email destination again in one receiver; keep one of them'],
  ],
  [
    'an address twice in two entries',
    ["{ to: 'a@x.io' }", "{ to: 'b@x.io, a@x.io', send_resolved: false }"],
    ['6:9: the same email destination again in one receiver; keep one of them'],
  ],
  [
    'what Alertmanager knows and a layout has no room for',
    ["{ to: 'a@x.io', headers: { Cc: b }, html: x, text: y, threading: { enabled: true }, tO: z }"],
    [
      '5:25: "headers" is not supported; remove it; messages have one layout; to copy somebody, add an address to "to"',
      '5:45: "html" is not supported; remove it; messages have one layout',
      '5:54: "text" is not supported; remove it; messages have one layout',
      '5:63: "threading" is not supported; remove it; the mails of a group are one thread',
      '5:93: unknown key "tO" in an email destination; did you mean "to"? valid keys are to, send_resolved',
    ],
  ],
  [
    'the sender',
    ["{ to: 'a@x.io', from: 'b@x.io' }"],
    ['5:25: a team does not choose the sender; remove it; the operator sets SMTP_FROM'],
  ],
])('%s', (_, configs, problems) => {
  expect(problemsOf(email(...configs))).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
})

it.each([
  'smarthost',
  'hello',
  'require_tls',
  'force_implicit_tls',
  'tls_config',
  'auth_username',
  'auth_password',
  'auth_password_file',
  'auth_secret',
  'auth_secret_file',
  'auth_identity',
])('%s belongs to the operator, and what stands there is not shown', (key) => {
  expect(problemsOf(email(`{ to: 'a@x.io', ${key}: CANARY }`))).toEqual([`teams/x.yml:5:25: ${noServer}`])
})
