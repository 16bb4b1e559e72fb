/** Whatever the text, parsing ends with a document or with problems, never with an exception. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseTeamDocument } from '../../src/team/document.ts'
import { documentText } from './documents.ts'

function expectAnswer(text: string): void {
  const parsed = parseTeamDocument(text, 'teams/x.yml')
  if (parsed.ok) {
    expect(parsed.document.team).toBe('x')
    return
  }
  const lines = text.split('\n')
  expect(parsed.problems.length).toBeGreaterThan(0)
  let last = [0, 0]
  for (const { file, line, column, what, valid } of parsed.problems) {
    expect([file, what !== '', valid !== '']).toEqual(['teams/x.yml', true, true])
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1)
    expect(line > (last[0] ?? 0) || (line === last[0] && column >= (last[1] ?? 0))).toBe(true)
    last = [line, column]
  }
}

const words = [
  'team: x',
  'receivers',
  'route',
  'routes',
  'matchers',
  'name',
  'receiver',
  'group_by',
  'continue',
  'owns',
  'heartbeats',
  'every: 5m',
]
  .concat([
    'slack_configs',
    'webhook_configs',
    'api_url',
    'secret',
    'url',
    "'env:X_A'",
    'https://h/',
    'chat',
    "['...']",
  ])
  .concat([
    'a=b',
    `'a="b"'`,
    '"',
    "'",
    '- ',
    ': ',
    ', ',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '\n  ',
    '\n    - ',
    '\t',
    '&a ',
    '*a',
  ])
  .concat([
    '|',
    '>-',
    '!!x',
    '#',
    '? ',
    '---',
    '...',
    '%YAML 1.1',
    '<<',
    '__proto__',
    '0',
    '5m',
    'true',
    'null',
    '\r\n',
    '😀',
    '\\',
  ])

it('random text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectAnswer), { numRuns: 2_000 })
})

it('the words and signs of documents in any order', () => {
  const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, expectAnswer), { numRuns: 4_000 })
})

it('a sound document with any value in any place', () => {
  const value = fc.json({ maxDepth: 4 })
  const part = fc.constantFrom('owns', 'receivers', 'route', 'more')
  const document = fc
    .tuple(
      part,
      value,
      fc.constantFrom('', '[{ name: chat, slack_configs: ', '{ receiver: chat, routes: ', '[{ matchers: '),
    )
    .map(([name, json, before]) => {
      const after = before.startsWith('[{') ? ' }]' : before === '' ? '' : ' }'
      return documentText({ [name]: `${name}: ${before}${json}${after}` })
    })
  fc.assert(fc.property(document, expectAnswer), { numRuns: 2_000 })
})

it('a sound document with a piece cut out or doubled', () => {
  const sound = documentText({
    owns: `owns: ['job=~"a|b"']`,
    route: `route:\n  receiver: chat\n  group_by: [a]\n  routes:\n    - { matchers: ['a="b"'], continue: true, group_wait: 5s }`,
  })
  const cut = fc
    .tuple(fc.nat(sound.length), fc.nat(30), fc.boolean())
    .map(([at, length, doubled]) => sound.slice(0, at) + sound.slice(doubled ? Math.max(0, at - length) : at + length))
  fc.assert(fc.property(cut, expectAnswer), { numRuns: 2_000 })
})
