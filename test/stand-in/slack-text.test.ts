/** Slack payloads as a person reads them. */
import { expect, it } from 'vitest'
import { mrkdwnText } from '../../src/stand-in/mrkdwn.ts'
import { toLines, toText } from '../../src/stand-in/slack-text.ts'

it.each([
  ['*bold* and _italic_ and `code`', 'bold and italic and code'],
  ['model_accuracy_drop * 2 * 3', 'model_accuracy_drop * 2 * 3'],
  ['```\nline 1\nline 2\n```', 'line 1\nline 2'],
  ['<https://x.example/_a_|the *runbook*>', 'the *runbook* (https://x.example/_a_)'],
  ['*<https://x.example/?a=1&amp;b=2|HighErrorRatio>*', 'HighErrorRatio (https://x.example/?a=1&b=2)'],
  ['<https://x.example>', 'https://x.example'],
  ['<!channel> look', '@channel look'],
  ['&lt;!channel&gt; look', '<!channel> look'],
  ['<@U123> in <#C1|ops>', '@U123 in #ops'],
  ['<!date^1763596800^{date} {time}|2025-11-20 00:00 UTC>', '2025-11-20 00:00 UTC'],
  ['&amp;lt; stays escaped once', '&lt; stays escaped once'],
  [':fire: at 12:30:00 :nosuchemoji:', '🔥 at 12:30:00 :nosuchemoji:'],
  [':constructor: \uE000 <https://x.example|y>', ':constructor:  y (https://x.example)'],
])('reads %j as %j', (source, shown) => {
  expect(mrkdwnText(source)).toBe(shown)
})

it('shows blocks instead of the text, each kind on lines of its own, attachments last', () => {
  const payload = {
    text: 'only in the push notice',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: ':red_circle: 2 firing' } },
      { type: 'section', text: { type: 'mrkdwn', text: '*checkout*\nerror ratio 20%' } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Team* payments' }] },
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: { type: 'plain_text', text: 'Runbook' }, url: 'https://r.example' },
          { type: 'button', text: { type: 'plain_text', text: 'Silence' } },
        ],
      },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: 'group 7' },
          { type: 'plain_text', text: 'since 12:00' },
        ],
      },
      { type: 'video' },
    ],
    attachments: [{ color: '#f00', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'attached' } }] }],
  }
  expect(toText(payload)).toBe(
    [
      '🔴 2 firing',
      'checkout',
      'error ratio 20%',
      'Team payments',
      '---',
      '[ Runbook ] https://r.example  [ Silence ]',
      'group 7  since 12:00',
      '[video]',
      'attached',
    ].join('\n'),
  )
  expect(toLines(payload).map((line) => line.kind)).toEqual([
    'strong',
    'text',
    'text',
    'text',
    'rule',
    'text',
    'faint',
    'text',
    'text',
  ])
})

it('shows only the words of links when the addresses are hidden, as Slack does', () => {
  const button = { type: 'button', text: { type: 'plain_text', text: 'Open' }, url: 'https://b.example' }
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: '<https://a.example|Source> <https://c.example>' } },
    { type: 'actions', elements: [button] },
  ]
  expect(toLines({ blocks }, 'hidden').map((line) => line.text)).toEqual(['Source https://c.example', '[ Open ]'])
})

it('shows moments in local time as Slack does, unless the format is unknown', () => {
  const now = new Date()
  const shown = (format: string, at: Date) =>
    toLines({ text: `<!date^${Math.floor(at.getTime() / 1_000)}^${format}|in UTC>` }, 'hidden')[0]?.text
  const time = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')
  expect(shown('{date_short_pretty} {time}', now)).toBe(`today ${time}`)
  expect(shown('{date_short_pretty}', new Date(2025, 10, 20, 12))).toBe('Nov 20, 2025')
  expect(shown('{time}', new Date(2025, 10, 20, 7, 5))).toBe('07:05')
  expect(shown('{ago}', now)).toBe('in UTC')
})

it('shows the text when there are no blocks, and legacy attachments', () => {
  expect(toText({ text: 'plain', attachments: [{ title: 'T', text: '*x*' }, { fallback: 'f' }] })).toBe(
    'plain\nT\nx\nf',
  )
})

it('flattens rich text', () => {
  const elements = [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text: 'see ' },
        { type: 'link', url: 'https://a.example' },
      ],
    },
  ]
  expect(toText({ blocks: [{ type: 'rich_text', elements }] })).toBe('see https://a.example')
})

it.each([null, 'x', [], { blocks: 'no' }, { blocks: [null, 7, { type: 'section', text: 'no object' }] }])(
  'takes %j without breaking',
  (payload) => {
    expect(typeof toText(payload)).toBe('string')
  },
)
