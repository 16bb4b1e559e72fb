/** `heartbeats` of a team document: what is read, and what is wrong with those that cannot be. */
import { expect, it } from 'vitest'
import { formatMatcher } from '../../src/route/matcher.ts'
import { documentText, problemsOf, soundDocument } from './documents.ts'

const example = `[{ matchers: ['alertname="Watchdog"'], every: 5m, receiver: chat }]`
const durations = 'write whole numbers with units y, w, d, h, m, s, ms from large to small, such as 30s, 5m or 1h30m'
const exact = 'a heartbeat whose matchers name no value exactly would take alerts of all kinds off their routes'

function read(heartbeats: string) {
  return soundDocument(documentText({ more: `heartbeats: ${heartbeats}` })).document.heartbeats
}

/** Items stand at line 8, column 5. */
function list(...items: string[]): string {
  return documentText({ more: ['heartbeats:', ...items.map((item) => `  - ${item}`)].join('\n') })
}

it('are none when the document has none', () => {
  expect(soundDocument(documentText()).document.heartbeats).toEqual([])
  expect(read('[]')).toEqual([])
})

it('have a name, matchers, a time and a receiver', () => {
  const [heartbeat, ...more] = read(
    `[{ name: cluster-a, matchers: ['alertname="Watchdog"', 'cluster=~"a|b"'], every: 1h30m, receiver: chat }]`,
  )
  expect(more).toEqual([])
  expect(heartbeat).toMatchObject({ name: 'cluster-a', everyMs: 90 * 60_000, receiver: 'chat' })
  expect(heartbeat?.matchers.map(formatMatcher)).toEqual(['alertname="Watchdog"', 'cluster=~"a|b"'])
})

it('are called by their matchers when they have no name', () => {
  const heartbeats = read(
    `[{ matchers: ['alertname="Watchdog", cluster="a"'], every: 10s, receiver: chat },
       { matchers: ['alertname="Watchdog"', 'cluster="b"'], every: 10s, receiver: chat }]`,
  )
  expect(heartbeats.map(({ name }) => name)).toEqual([
    'alertname="Watchdog",cluster="a"',
    'alertname="Watchdog",cluster="b"',
  ])
})

it('are told of at once, by a route that is no part of the tree', () => {
  const { document } = soundDocument(
    documentText({ more: `heartbeats: [{ name: a, matchers: ['x="y"'], every: 1m, receiver: chat }]` }),
  )
  expect(document.heartbeats[0]?.route).toEqual({
    id: 'heartbeat:a',
    matchers: [],
    receiver: 'chat',
    groupBy: 'all',
    groupWaitMs: 0,
    groupIntervalMs: 10_000,
    repeatIntervalMs: 3_600_000,
    continue: false,
    flushNow: [],
    routes: [],
  })
  expect(document.root.routes).toEqual([])
})

it.each<[string, string, string[]]>([
  [
    'of another shape',
    documentText({ more: 'heartbeats: { every: 5m }' }),
    [`7:13: "heartbeats" cannot be a mapping; write a list, for example ${example}`],
  ],
  [
    'empty',
    documentText({ more: 'heartbeats:' }),
    [`7:12: "heartbeats" cannot be empty; write a list, for example ${example}`],
  ],
  [
    'items of another shape',
    list('Watchdog'),
    ['8:5: a heartbeat cannot be text; write a mapping with the keys name, matchers, every, receiver'],
  ],
  [
    'nothing in it',
    list('{}'),
    [
      `8:5: the heartbeat has no "matchers"; add matchers: ['alertname="Watchdog"']`,
      '8:5: the heartbeat has no "every"; add every: 5m, or another time within which it has to come again',
      '8:5: the heartbeat has no "receiver"; add receiver: and the name of who is told when it does not come',
    ],
  ],
  [
    'unknown keys',
    list(`{ matchers: ['a="b"'], evry: 1m, every: 1m, receiver: chat }`),
    ['8:28: unknown key "evry" in a heartbeat; did you mean "every"? valid keys are name, matchers, every, receiver'],
  ],
  [
    'match instead of matchers',
    list('{ match: { alertname: Watchdog }, every: 1m, receiver: chat }'),
    [`8:7: "match" is not used here; write matchers: ['alertname="Watchdog"']`],
  ],
  [
    'matchers that cannot be read',
    list(`{ matchers: ['alertname'], every: 1m, receiver: chat }`),
    [
      '8:28: Expected =, !=, =~ or !~ after the label name "alertname", found the end of the text; a matcher is name="value" or name=~"one|other"',
    ],
  ],
  [
    'matchers that would take anything',
    list(
      '{ matchers: [], every: 1m, receiver: chat }',
      `{ matchers: ['alertname=~".*"'], every: 1m, receiver: chat }`,
      `{ matchers: ['severity!="critical"', 'team=""'], every: 1m, receiver: chat }`,
    ),
    [
      `8:17: ${exact}; add the alert's name, such as 'alertname="Watchdog"'`,
      `9:17: ${exact}; add the alert's name, such as 'alertname="Watchdog"'`,
      `10:17: ${exact}; add the alert's name, such as 'alertname="Watchdog"'`,
    ],
  ],
  [
    'times that are none, or too short',
    list(
      `{ matchers: ['a="b"'], every: 5, receiver: chat }`,
      `{ matchers: ['a="c"'], every: 0s, receiver: chat }`,
      `{ matchers: ['a="d"'], every: 9s999ms, receiver: chat }`,
    ),
    [
      `8:35: "every" is "5", which is not a duration; ${durations}`,
      '9:35: "every" cannot be 0; write a duration above 0, such as 1m',
      '10:35: "every" is shorter than 10s; write 10s or more, and more than its repeat_interval upstream',
    ],
  ],
  [
    'receivers that are not there',
    list(`{ matchers: ['a="b"'], every: 1m, receiver: caht }`),
    ['8:49: the receiver "caht" is not defined; did you mean "chat"? defined are "chat"'],
  ],
  [
    'names that are none',
    list(
      `{ name: 'the watchdog', matchers: ['a="b"'], every: 1m, receiver: chat }`,
      `{ name: 7, matchers: ['a="b"'], every: 1m, receiver: chat }`,
    ),
    [
      '8:13: the heartbeat name "the watchdog"; use at most 63 letters, digits, ".", "_" and "-"',
      '9:13: "name" cannot be a number; put it in quotes',
    ],
  ],
  [
    'one name twice',
    list(
      `{ name: a, matchers: ['a="b"'], every: 1m, receiver: chat }`,
      `{ name: a, matchers: ['a="c"'], every: 1m, receiver: chat }`,
    ),
    ['9:13: the heartbeat "a" again, first on line 8; remove one of them, or give each a name: of its own'],
  ],
  [
    'the same matchers twice, without names',
    list(`{ matchers: ['a="b"'], every: 1m, receiver: chat }`, `{ matchers: ['a="b"'], every: 2m, receiver: chat }`),
    ['9:5: the heartbeat "a=\\"b\\"" again, first on line 8; remove one of them, or give each a name: of its own'],
  ],
  [
    'matchers too long for a name',
    list(`{ matchers: ['a="${'b'.repeat(200)}"'], every: 1m, receiver: chat }`),
    ['8:5: a heartbeat whose matchers are too long to call it by; add name: cluster-a, or another name'],
  ],
  [
    'too many',
    list(...Array.from({ length: 1001 }, (_, n) => `{ matchers: ['a="${n}"'], every: 1m, receiver: chat }`)),
    ['1008:5: more than 1000 heartbeats; expect one alert per system, or split the team'],
  ],
])('%s', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
})
