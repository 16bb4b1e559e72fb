/** Receivers and destinations that are refused: exact places and words, and never what may be a secret. */
import { expect, it } from 'vitest'
import { documentText, problemsOf } from './documents.ts'

const prefixRule = 'write env:X_NAME, or file:NAME for a file directly under SECRETS_DIR/x/'

function receivers(...lines: string[]): string {
  return documentText({
    receivers: ['receivers:', ...lines.map((line) => `  ${line}`)].join('\n'),
    route: 'route: { receiver: chat }',
  })
}

const slack = (config: string) => receivers('- name: chat', `  slack_configs: [${config}]`)
const webhook = (config: string) => receivers('- name: chat', `  webhook_configs: [${config}]`)

it.each<[string, string, string[]]>([
  [
    'a literal Slack URL',
    slack('{ api_url: https://hooks.slack.com/services/T0/B0/SECRET }'),
    [`4:32: "api_url": a secret may not stand in the document; ${prefixRule}`],
  ],
  [
    "another team's variable",
    slack("{ api_url: 'env:Y_SECRET' }"),
    [`4:32: "api_url": the variable is not one of team "x"; ${prefixRule}; an administrator can allow others`],
  ],
  [
    'a file elsewhere',
    slack("{ api_url: 'file:../y/SECRET' }"),
    [`4:32: "api_url": not the plain name of a file; ${prefixRule}`],
  ],
  [
    'what a Slack app cannot choose',
    slack(`{ api_url: 'env:X_A', channel: '#a', username: u, icon_url: i, icon_emoji: e, colour: red }`),
    [
      '4:43: webhooks of Slack apps cannot choose a channel; remove it; each Slack channel needs a webhook, and so a receiver or an api_url, of its own',
      '4:58: webhooks of Slack apps cannot choose a user name; remove it; set it once in the Slack app that owns the webhook',
      '4:71: webhooks of Slack apps cannot choose an icon; remove it; set it once in the Slack app that owns the webhook',
      '4:84: webhooks of Slack apps cannot choose an icon; remove it; set it once in the Slack app that owns the webhook',
      '4:99: unknown key "colour" in a Slack destination; valid keys are api_url, send_resolved',
    ],
  ],
  ['no api_url', slack('{}'), [`4:21: the Slack destination has no "api_url"; add api_url: 'env:X_SLACK_URL'`]],
  [
    'an api_url_file',
    slack("{ api_url: 'env:X_A', api_url_file: /etc/SECRET }"),
    [`4:43: "api_url_file" is not used here; write api_url: 'file:NAME'`],
  ],
  [
    'the same Slack destination twice',
    slack(`{ api_url: 'env:X_A' }, { api_url: 'env:X_A', send_resolved: false }`),
    ['4:45: the same slack destination again in one receiver; keep one of them'],
  ],
  [
    'send_resolved',
    slack(`{ api_url: 'env:X_A', send_resolved: 1 }`),
    ['4:58: "send_resolved" cannot be a number; write true or false, without quotes'],
  ],
  [
    'no URL of a webhook',
    webhook('{ url: ftp://SECRET }, { url: "https://a b" }, { secret: \'env:X_S\' }'),
    [
      `4:30: "url" is not the URL of a webhook; write 'https://host/path', or a reference env:… or file:…`,
      `4:53: "url" is not the URL of a webhook; write 'https://host/path', or a reference env:… or file:…`,
      `4:70: the webhook destination has no "url"; add url: 'https://…', or a reference`,
    ],
  ],
  [
    'secrets in the URL of a webhook',
    webhook('{ url: https://me:SECRET@host/ }, { url: https://hooks.slack.com/services/SECRET }'),
    [
      '4:30: "url" holds a user name or password; put the whole URL behind a reference env:… or file:…',
      '4:64: the URL of a Slack webhook is a secret; write slack_configs with api_url: env:… or file:…',
    ],
  ],
  [
    'a literal signing secret',
    webhook("{ url: https://host/, secret: SECRET }, { url: 'env:A B' }"),
    [
      `4:53: "secret": a secret may not stand in the document; ${prefixRule}`,
      `4:70: "url": not the name of an environment variable; ${prefixRule}`,
    ],
  ],
  [
    'the same webhook twice',
    webhook("{ url: https://host/ }, { url: https://host/, secret: 'env:X_S' }"),
    ['4:47: the same webhook destination again in one receiver; keep one of them'],
  ],
  [
    'http_config',
    webhook('{ url: https://host/, http_config: { basic_auth: { password: SECRET } } }'),
    [`4:45: "http_config" is not supported; sign with secret: 'env:…', or put the token into a url by reference`],
  ],
  [
    'receivers',
    receivers('- name: chat', '- name: chat', '- {}', '- text', '- { name: other, sns_configs: [], slack_config: [] }'),
    [
      '4:11: the receiver name "chat" again, first on line 3; give each its own name',
      '5:5: the receiver has no "name"; add name: chat, or another name',
      '6:5: a receiver cannot be text; write a mapping with the keys name, fallback, slack_configs, email_configs, pagerduty_configs, webhook_configs',
      '7:20: "sns_configs" is not supported; slack_configs, email_configs, pagerduty_configs and webhook_configs are',
      '7:37: unknown key "slack_config" in a receiver; did you mean "slack_configs"? valid keys are name, fallback, slack_configs, email_configs, pagerduty_configs, webhook_configs',
    ],
  ],
])('%s', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
  expect(problemsOf(text).join()).not.toMatch(/SECRET(?!S_DIR)/)
})

it('never shows what may be a secret', () => {
  const keys = [
    '{ api_url: %s }',
    '{ api_url: [%s] }',
    "{ api_url: 'env:%s' }",
    "{ api_url: 'file:/%s' }",
    '{ api_url: { a: %s } }',
  ]
  for (const key of keys) {
    const problems = problemsOf(slack(key.replace('%s', 'CANARY')))
    expect(problems).not.toEqual([])
    expect(problems.join()).not.toContain('CANARY')
  }
})
