/** Texts that are not one sound YAML document: where and how it is said. */
import { expect, it } from 'vitest'
import { documentText, problemsOf } from './documents.ts'

const unfolding = 'the aliases up to here unfold to more than 10000 values; write them out'

it.each([
  ['nothing', '', ['1:1: the document is empty; write the keys team, receivers and route']],
  ['comments only', '# x\n', ['1:1: the document is empty; write the keys team, receivers and route']],
  [
    'a list',
    '- a\n',
    ['1:1: a team document cannot be a list; write a mapping with the keys team, owns, receivers, route, heartbeats'],
  ],
  [
    'plain text',
    'hello',
    ['1:1: a team document cannot be text; write a mapping with the keys team, owns, receivers, route, heartbeats'],
  ],
  ['a tab', 'team: x\nreceivers:\n\t- name: a\n', ['3:1: a tab in the indentation; indent with spaces']],
  [
    'two documents',
    `${documentText()}---\nteam: y\n`,
    ['7:1: a second document in the file; keep one document per file, without --- between'],
  ],
  ['a key twice', documentText({ more: 'team: x' }), ['7:1: the key "team" again, first on line 1; keep one of them']],
  [
    'YAML 1.1',
    `%YAML 1.1\n---\n${documentText()}`,
    ['1:1: the document asks for YAML 1.1; remove the %YAML line; documents are YAML 1.2'],
  ],
  [
    'an open quote',
    "team: 'x\n",
    ['2:1: a quote that is opened here or above is never closed; close it on the same line'],
  ],
  [
    'two keys on a line',
    'team: a: b\n',
    ['1:7: a second "key: value" on one line; put it on a line of its own, or quote the value'],
  ],
  ['a reserved sign', 'team: @x\n', ['1:7: a value cannot start with this sign; put the value in quotes']],
  [
    'an unknown escape',
    'team: "\\q"\n',
    ["1:8: an unknown escape in double quotes; write \\\\ for a backslash, or use 'single quotes'"],
  ],
  [
    'an alias of nothing',
    'team: *x\n',
    ['1:7: the alias *x has no complete anchor above it; write &x before a value above'],
  ],
  [
    'an alias of itself',
    'a: &a [*a]\n',
    ['1:8: the alias *a has no complete anchor above it; write &a before a value above'],
  ],
  [
    'a billion laughs',
    ['a: &a [1,1,1,1,1,1,1,1,1,1]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]', 'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]']
      .concat('d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]', 'e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]')
      .join('\n'),
    [`4:29: ${unfolding}`],
  ],
  ['a tag', 'team: !!str x\n', ['1:13: a YAML tag before this; remove it; put text in quotes']],
  ['a list as a key', '? [a]\n: 1\n', ['1:3: a key that is not a name; write keys as plain words']],
  ['a merge key', documentText({ more: '<<: {}' }), ['7:1: YAML 1.2 has no merge key "<<"; write the keys out']],
  ['NUL', 'team: "\0"', ['1:8: a control character, or a byte that is not UTF-8; save the file as plain UTF-8 text']],
  [
    'another encoding',
    'team: \ufffd',
    ['1:7: a control character, or a byte that is not UTF-8; save the file as plain UTF-8 text'],
  ],
  ['deep nesting', `a: ${'['.repeat(40)}${']'.repeat(40)}`, ['1:35: nested deeper than 32 levels; flatten it']],
  [
    '1 MiB and a byte',
    '#'.repeat(1024 * 1024 + 1),
    ['1:1: the document is larger than 1 MiB; split it over several teams'],
  ],
  [
    'a million parts',
    '- a\n'.repeat(250_000),
    ['1:1: the document has too many parts to be a team document; write at most 200000 YAML tokens'],
  ],
  [
    'a stray comma, and a quote on another line',
    'a: [b,,c]\nd: "\\q"\n',
    [
      '1:7: this is out of place; check for a stray "," or bracket, or quote the text',
      "2:5: an unknown escape in double quotes; write \\\\ for a backslash, or use 'single quotes'",
    ],
  ],
])('%s', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems.map((problem) => `teams/x.yml:${problem}`))
})

it('stops at nesting that would exhaust the stack', () => {
  expect(problemsOf('['.repeat(100_000))).toEqual([
    expect.stringMatching(/^teams\/x\.yml:1:\d+: nested deeper than 32 levels; flatten it$/),
  ])
})

it('counts columns in characters, also after a byte order mark', () => {
  const text = `\ufeffteam: x\nreceivers: [{ name: '😀😀', nme: 1 }]\nroute: { receiver: '😀😀' }`
  const valid =
    'did you mean "name"? valid keys are name, fallback, slack_configs, email_configs, pagerduty_configs, webhook_configs'
  expect(problemsOf(text)).toEqual([`teams/x.yml:2:27: unknown key "nme" in a receiver; ${valid}`])
  expect(problemsOf('\ufeffteam: @x')).toEqual([expect.stringMatching(/^teams\/x\.yml:1:7: /)])
})

it('shows a hundred problems at most, and how many more there are', () => {
  const keys = Array.from({ length: 150 }, (_, n) => `zzzzz${n}: 1`).join('\n')
  const problems = problemsOf(documentText({ more: keys }))
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)).toBe('teams/x.yml:107:1: 50 more problems follow; mend those above first')
})

it('never quotes the text around a syntax error: it may be a secret', () => {
  const texts = [
    'receivers: | SECRET\n x',
    "a: 'SECRET",
    'a: "\\SECRET"',
    'a: [SECRET',
    'a: !SECRET b',
    'SECRET\nb: c',
    'a: @SECRET',
  ]
  for (const text of texts) {
    const problems = problemsOf(text)
    expect(problems).not.toEqual([])
    expect(problems.join()).not.toContain('SECRET')
  }
})
