/** Sound YAML that is no sound team document: exact places and words, since people act on them. */
import { expect, it } from 'vitest'
import { documentText, problemsOf } from './documents.ts'

const teamRule = 'lower-case letters, digits, - and _, at most 63, beginning with a letter or digit'
const durations = 'write whole numbers with units y, w, d, h, m, s, ms from large to small, such as 30s, 5m or 1h30m'
const matcherRule = 'a matcher is name="value" or name=~"one|other"'
const re2 = 'Lookaround and backreferences do not exist in RE2; see https://github.com/google/re2/wiki/Syntax'

function route(...lines: string[]): string {
  return documentText({ route: ['route:', '  receiver: chat', ...lines.map((line) => `  ${line}`)].join('\n') })
}

function routes(...items: string[]): string {
  return route('routes:', ...items.map((item) => `  - ${item}`))
}

it.each<[string, string, string[]]>([
  [
    'missing sections',
    'team: x',
    [
      '1:1: the document has no "receivers"; add receivers: and a list of them',
      '1:1: the document has no "route"; add route: with a receiver',
    ],
  ],
  [
    'empty sections',
    'team:\nreceivers:\nroute:\n',
    [
      '1:6: "team" cannot be empty; write the name of the team',
      '2:11: "receivers" cannot be empty; write a list, for example [{ name: chat }]',
      '3:7: the root route cannot be empty; write a mapping with the keys receiver, group_by, group_wait, group_interval, repeat_interval, flush_now, continue, name, routes',
    ],
  ],
  [
    'an unknown key',
    documentText({ more: 'recievers: a' }),
    [
      '7:1: unknown key "recievers" in a team document; did you mean "receivers"? valid keys are team, owns, receivers, route, heartbeats',
    ],
  ],
  [
    'sections of alertmanager.yml',
    documentText({ more: 'global: {}\ninhibit_rules: []' }),
    [
      '7:1: "global" is not supported; remove it; every document stands for itself',
      '8:1: "inhibit_rules" is not supported; remove it; inhibit in Alertmanager',
    ],
  ],
  ['another team', documentText({ team: 'y' }), ['1:7: the file of team "y" is not named after it; name it y.yml']],
  ['no team name', documentText({ team: 'X Y' }), [`1:7: the team name "X Y"; write ${teamRule}`]],
  ['a number as team', documentText({ team: '5' }), ['1:7: "team" cannot be a number; put it in quotes']],

  [
    'no root receiver',
    documentText({ route: 'route: {}' }),
    ['5:8: the root route has no "receiver"; add receiver: and the name of a receiver'],
  ],
  [
    'matchers and continue on the root',
    route("matchers: ['a=b']", 'continue: true', 'match: {}'),
    [
      '7:3: "matchers" on the root route, which takes every alert; move it into routes:',
      '8:3: "continue" on the root route, which has no siblings; remove it',
      '9:3: "match" on the root route, which takes every alert; move it into routes:',
    ],
  ],
  [
    'undefined receivers',
    documentText({ route: 'route: { receiver: caht, routes: [{ receiver: pager }] }' }),
    [
      '5:20: the receiver "caht" is not defined; did you mean "chat"? defined are "chat"',
      '5:47: the receiver "pager" is not defined; defined are "chat"',
    ],
  ],
  [
    'an unknown key of a route',
    routes('{ mathcers: [a=b], mute_time_intervals: [night] }'),
    [
      '8:9: unknown key "mathcers" in a route; did you mean "matchers"? valid keys are receiver, group_by, group_wait, group_interval, repeat_interval, flush_now, matchers, continue, name, routes',
      '8:26: "mute_time_intervals" is not supported; remove it; nothing is muted by time yet',
    ],
  ],
  [
    'match and match_re',
    routes(`match: { severity: critical, who: "it's", n: 5 }`, 'match_re: { severity: a|b }', 'match: text'),
    [
      `8:7: "match" is not used here; write matchers: ['severity="critical"', 'who="it''s"', 'n="5"']`,
      `9:7: "match_re" is not used here; write matchers: ['severity=~"a|b"']`,
      `10:7: "match" is not used here; write matchers: ['name="value"']`,
    ],
  ],
  [
    'matchers that cannot be read',
    routes(
      `matchers: ['a="b"', 'severity~="x"']`,
      `matchers: ["b=~'('"]`,
      `matchers: ["a=\\"b\\",c=~\\"(\\""]`,
      'matchers: [severity]',
    ),
    [
      `8:36: Expected =, !=, =~ or !~ after the label name "severity", found "~"; ${matcherRule}`,
      `9:22: The regex "'('" is not valid RE2: missing closing ): \`'('\`. ${re2}; ${matcherRule}`,
      `10:18: The regex "(" is not valid RE2: missing closing ): \`(\`. ${re2}; ${matcherRule}`,
      `11:26: Expected =, !=, =~ or !~ after the label name "severity", found the end of the text; ${matcherRule}`,
    ],
  ],
  [
    'matchers of another shape',
    routes("matchers: 'a=b'", "matchers: ['{}', 5, null, {a: b}]", 'matchers:'),
    [
      `8:17: "matchers" cannot be text; write a list, for example ['severity="critical"']`,
      `9:18: a text without a matcher; write 'severity="critical"', or remove it`,
      '9:24: "matchers" cannot be a number; put it in quotes',
      `9:27: "matchers" cannot be empty; write 'severity="critical"'`,
      `9:33: "matchers" cannot be a mapping; write 'severity="critical"'`,
      `10:16: "matchers" cannot be empty; write a list, for example ['severity="critical"']`,
    ],
  ],
  [
    'durations',
    route('group_wait: 5', 'group_interval: 0s', 'repeat_interval: 1m1h'),
    [
      `7:15: "group_wait" is "5", which is not a duration; ${durations}`,
      '8:19: "group_interval" cannot be 0; write a duration above 0, such as 1m',
      `9:20: "repeat_interval" is "1m1h", which is not a duration; ${durations}`,
    ],
  ],
  [
    'repeat_interval 0',
    route('repeat_interval: 0'),
    ['7:20: "repeat_interval" cannot be 0; write a duration above 0, such as 1m'],
  ],
  [
    'group_by',
    routes("group_by: [a, '...']", 'group_by: [a, b, a]', 'group_by: a', "group_by: ['']", 'group_by:'),
    [
      `8:17: "..." beside other labels in "group_by"; write ['...'] alone, or remove it`,
      '9:24: the label "a" again in "group_by"; name each label once',
      '10:17: "group_by" cannot be text; write a list, for example [alertname, cluster]',
      '11:18: "group_by" cannot be empty; write the name of a label',
      '12:16: "group_by" cannot be empty; write a list, for example [alertname, cluster]',
    ],
  ],
  [
    'equal siblings, whatever their timers and the order of matchers',
    routes(`matchers: ['a="b"', 'c="d"']`, `{ matchers: ['c="d", a="b"'], group_wait: 1s }`),
    [
      '9:7: this route equals the one on line 8: the same matchers, receiver and group_by; remove one of them, or give one a name: of its own',
    ],
  ],
  [
    'equal routes under parents that differ in their receiver only',
    documentText({
      receivers: 'receivers: [{ name: chat }, { name: other }]',
      route:
        'route:\n  receiver: chat\n  routes:\n' +
        '    - { matchers: [a=b], continue: true, receiver: other, routes: [{ receiver: chat }] }\n' +
        '    - { matchers: [a=b], routes: [{ matchers: [] }] }',
    }),
    [
      '7:35: this route equals the one on line 6: the same matchers, receiver and group_by; remove one of them, or give one a name: of its own',
    ],
  ],
  [
    'route names',
    routes('{ name: p, matchers: [a=b] }', '{ name: p, matchers: [a=c] }', "{ name: 'a b' }", '{ name: 7 }'),
    [
      '9:15: the route name "p" again, first on line 8; give each its own name',
      '10:15: the route name "a b"; use at most 63 letters, digits, ".", "_" and "-"',
      '11:15: "name" cannot be a number; put it in quotes',
    ],
  ],
  [
    'continue',
    routes("{ matchers: [a=b], continue: 'yes' }"),
    ['8:36: "continue" cannot be text; write true or false, without quotes'],
  ],

  [
    'owns',
    documentText({
      owns: `owns:\n  - 'a!="b"'\n  - 'a=~"b.*"'\n  - 'a=b,c=d'\n  - 'a=""'\n  - 'a=~"b|"'\n  - 'a'\n  - 5`,
    }),
    [
      `8:5: "owns" cannot use !=; list what is owned with = or =~, for example 'a="value"'`,
      `9:5: "owns" cannot use a pattern; list the values, for example 'a=~"one|other"', or use = for one`,
      '10:5: several matchers in one text of "owns"; give each its own list item; any of them is enough',
      '11:5: "owns" cannot own the empty value; write the values that alerts have',
      '12:5: "owns" cannot own the empty value; write the values that alerts have',
      `13:7: Expected =, !=, =~ or !~ after the label name "a", found the end of the text; ${matcherRule}`,
      '14:5: "owns" cannot be a number; put it in quotes',
    ],
  ],
])('%s', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
})

it.each([
  ['x', 'teams/X.yml', '1:7: the file of team "x" is not named after it; name it x.yml'],
  ['x', 'x.txt', '1:7: the file of team "x" is not named after it; name it x.yml'],
  ['x', 'teams/y.yml', '1:7: the file of team "x" is not named after it; name it x.yml'],
  ['X', 'X.yml', `1:1: the file is not named after a team; name it <team>.yml: ${teamRule}`],
])('team %s in a file named %s', (team, file, problem) => {
  expect(problemsOf(documentText({ team }), file)[0]).toBe(`${file}:${problem}`)
})
