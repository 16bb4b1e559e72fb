/** Sound documents: what they become, and what routes take over from above. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formatMatcher } from '../../src/route/matcher.ts'
import type { Route } from '../../src/route/route.ts'
import { parseTeamDocument } from '../../src/team/document.ts'
import { documentText, problemsOf, soundDocument } from './documents.ts'

const rootOf = (route: string) => soundDocument(documentText({ route })).document.root
const printed = (route: Route) => route.matchers.map(formatMatcher)

it('reads receivers and their destinations', () => {
  const { document } = soundDocument(`
team: x
receivers:
  - name: chat
    slack_configs:
      - api_url: 'env:X_SLACK_URL'
      - { api_url: 'file:second', send_resolved: false }
    webhook_configs:
      - { url: 'http://10.0.0.1:8080/page', secret: 'file:hook.key' }
      - { url: 'env:X_HOOK' }
  - name: nobody
route: { receiver: chat }
`)
  const slack = { channel: 'slack', secretReference: null, host: null, sendResolved: true }
  expect(document.receivers).toEqual([
    {
      name: 'chat',
      fallback: null,
      destinations: [
        { ...slack, reference: 'env:X_SLACK_URL' },
        { ...slack, reference: 'file:second', sendResolved: false },
        {
          channel: 'webhook',
          reference: 'http://10.0.0.1:8080/page',
          secretReference: 'file:hook.key',
          host: null,
          sendResolved: true,
        },
        { channel: 'webhook', reference: 'env:X_HOOK', secretReference: null, host: null, sendResolved: true },
      ],
    },
    { name: 'nobody', fallback: null, destinations: [] },
  ])
})

it('fills in the defaults of the root', () => {
  expect(rootOf('route: { receiver: chat }')).toMatchObject({
    matchers: [],
    receiver: 'chat',
    groupBy: [],
    groupWaitMs: 5_000,
    groupIntervalMs: 60_000,
    repeatIntervalMs: 14_400_000,
    continue: false,
    flushNow: [],
    routes: [],
  })
})

it('lets a child take over what it does not set, and nothing else (AM-R3)', () => {
  const root = rootOf(`
route:
  receiver: chat
  group_by: [alertname, cluster]
  group_wait: 0s
  group_interval: 2m
  repeat_interval: 1d
  flush_now: ['severity="critical"']
  routes:
    - matchers: ['a="1"']
      continue: true
      routes:
        - group_by: ['...']
          group_wait: 1s
          routes: [{ group_by: [pod], flush_now: [] }]
    - { matchers: ['a="2"'], group_by: [], repeat_interval: 5m }`)
  const [first, second] = root.routes
  const all = first?.routes[0]
  expect(first).toMatchObject({ receiver: 'chat', groupBy: ['alertname', 'cluster'], groupWaitMs: 0, continue: true })
  expect(first?.flushNow.map(formatMatcher)).toEqual(['severity="critical"'])
  expect(all).toMatchObject({ matchers: [], groupBy: 'all', groupWaitMs: 1_000, groupIntervalMs: 120_000 })
  expect(all?.continue).toBe(false)
  expect(all?.routes[0]).toMatchObject({ groupBy: ['pod'], groupWaitMs: 1_000, flushNow: [] })
  expect(second).toMatchObject({ groupBy: [], repeatIntervalMs: 300_000, groupIntervalMs: 120_000 })
})

it('reads several matchers from one text, and ANDs the list (AM-M6)', () => {
  const root = rootOf(`route: { receiver: chat, routes: [{ matchers: ['a="1", b!="2"', 'c=~"x|y"', '{d!~"z.*"}'] }] }`)
  expect(root.routes.map(printed)).toEqual([['a="1"', 'b!="2"', 'c=~"x|y"', 'd!~"z.*"']])
})

it('gives a route the id its author chose, and any other one that no timer changes', () => {
  const ids = (timer: string) =>
    rootOf(
      `route: { receiver: chat, routes: [{ name: pages, matchers: [a=b] }, { matchers: [a=c], ${timer} }] }`,
    ).routes.map(({ id }) => id)
  expect(ids('group_wait: 1s')).toEqual(['pages', expect.stringMatching(/^[0-9a-f]{12}$/)])
  expect(ids('repeat_interval: 1h')).toEqual(ids('group_wait: 1s'))
})

it('accepts equal siblings once one has a name', () => {
  const routes = `{ matchers: [a=b], continue: true }, { name: again, matchers: [a=b] }`
  expect(problemsOf(documentText({ route: `route: { receiver: chat, routes: [${routes}] }` }))).toEqual([])
})

it('follows aliases within a document', () => {
  const root = rootOf(`route: { receiver: chat, routes: [{ matchers: &m [a=b], group_by: [c] }, { matchers: *m }] }`)
  expect(root.routes.map(printed)).toEqual([['a="b"'], ['a="b"']])
})

it('keeps names like __proto__ as data', () => {
  const { document } = soundDocument(
    `
team: constructor
receivers: [{ name: __proto__ }]
owns: ['__proto__="constructor"']
route: { receiver: __proto__, group_by: [__proto__, constructor] }
`,
    'constructor.yaml',
  )
  expect(document).toMatchObject({
    team: 'constructor',
    root: { receiver: '__proto__', groupBy: ['__proto__', 'constructor'] },
  })
  expect(problemsOf(documentText({ more: '__proto__: 1' }))).toEqual([
    'teams/x.yml:7:1: unknown key "__proto__" in a team document; valid keys are team, owns, receivers, route, heartbeats',
  ])
})

it('says what the document claims for its team, and where', () => {
  const text = documentText({
    owns: `owns: ['job=~"a|b"']`,
    receivers: `receivers: [{ name: chat, slack_configs: [{ api_url: 'env:X_URL' }] }]`,
  })
  expect(soundDocument(text).claims).toEqual({
    team: 'x',
    file: 'teams/x.yml',
    owns: [
      { label: 'job', value: 'a', line: 5, column: 8 },
      { label: 'job', value: 'b', line: 5, column: 8 },
    ],
    variables: [{ name: 'X_URL', line: 2, column: 54 }],
  })
})

it('accepts the names an administrator allows, for that team only, and does not claim them', () => {
  const text = documentText({
    receivers: `receivers: [{ name: chat, slack_configs: [{ api_url: 'env:SHARED_URL' }] }]`,
  })
  const allowed = parseTeamDocument(text, 'x.yml', new Map([['x', new Set(['SHARED_URL'])]]))
  expect(allowed).toMatchObject({ ok: true, claims: { variables: [] } })
  expect(parseTeamDocument(text, 'x.yml', new Map([['y', new Set(['SHARED_URL'])]])).ok).toBe(false)
})

it.each(readdirSync('teams').filter((name) => name.endsWith('.yml')))('the example teams/%s is sound', (name) => {
  expect(problemsOf(readFileSync(`teams/${name}`, 'utf8'), `teams/${name}`)).toEqual([])
})

it('reads 1,000 routes in well under a second', () => {
  const routes = Array.from({ length: 999 }, (_, n) => `    - { matchers: ['service="s${n}"'], receiver: chat }`)
  const route = `route:\n  receiver: chat\n  routes:\n${routes.join('\n')}`
  expect(rootOf(route).routes).toHaveLength(999)
  expect(problemsOf(documentText({ route: `${route}\n    - { matchers: [a=b] }\n    - { matchers: [a=c] }` }))).toEqual(
    ['teams/x.yml:1007:7: more than 1000 routes; match several values with =~, or split the team'],
  )
}, 5_000)
