/** `pagerduty_configs`: what is read, what is refused with exact places and words, and never what may be a key. */
import { expect, it } from 'vitest'
import { documentText, problemsOf, soundDocument } from './documents.ts'

const KEY = 'R0123456789abcdef0123456789SECRE'
const prefixRule = 'write env:X_NAME, or file:NAME for a file directly under SECRETS_DIR/x/'
const urlRule = "write 'https://events.eu.pagerduty.com/v2/enqueue' for an account in the EU, else remove it"
const notEvents = `"url" is not an address of the Events API v2; ${urlRule}`
const v1Rule = `add an "Events API v2" integration to the service and refer to its key by routing_key: 'env:…'`

function pagerDuty(...configs: string[]): string {
  return documentText({
    receivers: `receivers:\n  - name: pager\n    pagerduty_configs:\n${configs.map((config) => `      - ${config}`).join('\n')}`,
    route: 'route: { receiver: pager }',
  })
}

const destinationsOf = (...configs: string[]) =>
  soundDocument(pagerDuty(...configs)).document.receivers[0]?.destinations ?? expect.unreachable()

it('reads key, host and whether resolves are wanted', () => {
  const common = { channel: 'pagerduty', secretReference: null, host: null, sendResolved: true }
  const eu = "url: 'https://events.eu.pagerduty.com/v2/enqueue'"
  expect(
    destinationsOf(
      "{ routing_key: 'env:X_KEY' }",
      `{ routing_key: 'file:pager.key', ${eu}, send_resolved: false }`,
      "{ routing_key: 'env:X_HERE', url: 'https://127.0.0.1:8443/' }",
    ),
  ).toEqual([
    { ...common, reference: 'env:X_KEY' },
    { ...common, reference: 'file:pager.key', host: 'events.eu.pagerduty.com', sendResolved: false },
    { ...common, reference: 'env:X_HERE', host: '127.0.0.1:8443' },
  ])
})

it.each<[string, string[], string[]]>([
  [
    'a literal key',
    [`{ routing_key: ${KEY} }`],
    [`5:24: "routing_key": a secret may not stand in the document; ${prefixRule}`],
  ],
  [
    "another team's variable",
    ["{ routing_key: 'env:Y_KEY' }"],
    [`5:24: "routing_key": the variable is not one of team "x"; ${prefixRule}; an administrator can allow others`],
  ],
  [
    'no key',
    ['{ send_resolved: false }'],
    [`5:9: the PagerDuty destination has no "routing_key"; add routing_key: 'env:X_PAGERDUTY_KEY'`],
  ],
  [
    'no mapping',
    ['here'],
    ['5:9: a PagerDuty destination cannot be text; write a mapping with the keys routing_key, url, send_resolved'],
  ],
  [
    'the same key twice, though for two hosts',
    ["{ routing_key: 'env:X_KEY' }", "{ routing_key: 'env:X_KEY', url: 'https://events.eu.pagerduty.com/' }"],
    ['6:9: the same pagerduty destination again in one receiver; keep one of them'],
  ],
  [
    'keys of Events API v1',
    [`{ service_key: ${KEY} }`, `{ service_key_file: /etc/${KEY}, routing_key: 'env:X_KEY' }`],
    [
      `5:9: the PagerDuty destination has no "routing_key"; add routing_key: 'env:X_PAGERDUTY_KEY'`,
      `5:11: "service_key" is for Events API v1, which is not supported; ${v1Rule}`,
      `6:11: "service_key_file" is for Events API v1, which is not supported; ${v1Rule}`,
    ],
  ],
  [
    'a key in a file of anywhere',
    [`{ routing_key: 'env:X_KEY', routing_key_file: /etc/${KEY} }`],
    [`5:37: "routing_key_file" is not used here; write routing_key: 'file:NAME'`],
  ],
  [
    'what is not asked for',
    [`{ routing_key: 'env:X_KEY', http_config: { password: ${KEY} }, timeout: 5s, sound: loud }`],
    [
      '5:37: "http_config" is not supported; remove it; the routing_key is all that PagerDuty asks for',
      '5:98: "timeout" is not supported; remove it; an attempt ends after 10 s and is made again',
      '5:111: unknown key "sound" in a PagerDuty destination; valid keys are routing_key, url, send_resolved',
    ],
  ],
])('%s', (_, configs, problems) => {
  const found = problemsOf(pagerDuty(...configs))
  expect(found).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
  expect(found.join()).not.toContain(KEY)
})

it.each([
  ['plain http', 'http://events.pagerduty.com/v2/enqueue'],
  ['Events API v1', 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'],
  ['change events', 'https://events.pagerduty.com/v2/change/enqueue'],
  ['the REST API', 'https://api.pagerduty.com/v2/enqueue'],
  ["an account's pages", 'https://acme.pagerduty.com/'],
  ['another port', 'https://events.pagerduty.com:8443/v2/enqueue'],
  ['a key in the query', `https://events.pagerduty.com/v2/enqueue?routing_key=${KEY}`],
  ['a user', `https://${KEY}@events.pagerduty.com/v2/enqueue`],
  ['a reference', 'env:X_URL'],
  ['a host alone', 'events.eu.pagerduty.com'],
])('a url that is no address of the Events API: %s', (_, url) => {
  const found = problemsOf(pagerDuty(`{ routing_key: 'env:X_KEY', url: '${url}' }`))
  expect(found).toEqual([`teams/x.yml:5:42: ${notEvents}`])
})

it.each([
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
])('says where an event takes its %s from', (key, from) => {
  const found = problemsOf(pagerDuty(`{ routing_key: 'env:X_KEY', ${key}: anything }`))
  expect(found).toEqual([`teams/x.yml:5:37: "${key}" cannot be set; remove it; ${from}`])
})
