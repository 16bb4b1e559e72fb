/** What Slack messages say, and that no label can make them say or do anything else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message, MessageAlert, Reason } from '../../src/channel/channel.ts'
import {
  MAX_BLOCKS,
  MAX_BLOCKS_TEXT,
  MAX_CONTEXT_ELEMENTS,
  MAX_HEADER_TEXT,
  MAX_SECTION_TEXT,
  type SlackBlock,
  textLength,
} from '../../src/channel/slack-blocks.ts'
import { plainSlack, renderSlack } from '../../src/channel/slack-message.ts'
import { alert, labels, message, START, stories } from './messages.ts'

describe('golden messages', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const rendered = `${JSON.stringify({ ...renderSlack(story), plain: plainSlack(story).text }, null, 2)}\n`
    await expect(rendered).toMatchFileSnapshot(`golden/slack ${name}.json`)
  })
})

describe('the header', () => {
  it.each<[string, Partial<Message>, string]>([
    ['one alert', {}, '🔴 Firing: HighErrorRatio · critical · payments'],
    ['no severity', { alerts: [alert('a', { labels: labels({ alertname: 'A' }) })] }, '🔴 Firing: A · payments'],
    ['a warning', withSeverity('warning'), '🟠 Firing: A · warning · payments'],
    ['information', withSeverity('info'), '🔵 Firing: A · info · payments'],
    ['a severity nobody knows counts as the worst', withSeverity('P1'), '🔴 Firing: A · P1 · payments'],
    ['a label named like a method', withSeverity('constructor'), '🔴 Firing: A · constructor · payments'],
  ])('%s', (_, changes, expected) => {
    expect(headerOf(message(changes))).toBe(expected)
  })

  it('keeps state, severity and team when names are long', () => {
    const long = 'VeryLongAlertName'.repeat(20)
    const text = headerOf(
      message({ alerts: [alert('a', { labels: labels({ alertname: long, severity: 'critical' }) })] }),
    )
    expect(text).toMatch(/^🔴 Firing: VeryLong.*… · critical · payments$/u)
    expect(text.length).toBeLessThanOrEqual(MAX_HEADER_TEXT)
  })
})

describe('an item of the list', () => {
  it('says the severity where nothing else tells alerts apart', () => {
    const of = (severity: string) => alert('checkout', { labels: labels({ ...alert('checkout').labels, severity }) })
    const counts = { firing: 2, newlyFiring: 2, newlyResolved: 0, missed: 0 }
    const blocks = renderSlack(message({ alerts: [of('critical'), of('warning')], counts }))
    expect(JSON.stringify(blocks)).toMatch(/🔴 `severity=critical`.*🟠 `severity=warning`/u)
  })
})

describe('the delivery itself', () => {
  const why = '503 busy'
  const hour = START + 3_605_000

  it.each<[string, Partial<Message>, string[]]>([
    ['in time', {}, []],
    ['59 s after the decision', { sentAt: START + 64_000 }, []],
    ['late', { sentAt: hour }, ['🕓 Sent 1 h late']],
    [
      'late for a reason',
      { sentAt: hour, lateBecause: why },
      ['🕓 Sent 1 h late, an earlier attempt failed: 503 busy'],
    ],
    ['soon after a failure', { lateBecause: why }, ['🕓 Sent again, an earlier attempt failed: 503 busy']],
    ['maybe twice', { possibleRepeat: true }, ['🔁 Possible repeat, an earlier attempt may have arrived']],
    [
      'late and maybe twice',
      { possibleRepeat: true, sentAt: hour, lateBecause: why },
      ['🕓 Sent 1 h late', '🔁 Possible repeat, an earlier attempt may have arrived: 503 busy'],
    ],
  ])('%s', (_, changes, expected) => {
    const lines = renderSlack(message(changes)).blocks.flatMap(textsOf)
    expect(lines.filter((line) => /^(🕓|🔁)/u.test(line))).toEqual(expected)
  })
})

describe('links', () => {
  it.each([
    ['https://a.example/x?a=1&b=2', '<https://a.example/x?a=1&amp;b=2|Source>'],
    ['https://a.example/|x', '<https://a.example/%7Cx|Source>'],
    ['https://a.example/#<>|`', '<https://a.example/#%3C%3E%7C%60|Source>'],
    ['https://a.example/ b', '<https://a.example/%20b|Source>'],
    ['HTTP://A.example', '<http://a.example/|Source>'],
  ])('%s', (generatorUrl, expected) => {
    expect(footerOf(message({ alerts: [alert('a', { generatorUrl })] }))).toContain(expected)
  })

  it.each([
    '',
    'not a url',
    'javascript:alert(1)',
    'data:text/html,x',
    'slack://open',
    'ftp://a.example/',
    '//a.example/',
    'https://hooks.slack.com@evil.example/',
    `https://a.example/${'x'.repeat(4_000)}`,
  ])('leaves out %s', (generatorUrl) => {
    expect(footerOf(message({ alerts: [alert('a', { generatorUrl })] }))).not.toContain('Source')
  })
})

describe('links that are many and long', () => {
  const long = (tail: string) => `https://a.example/${tail.padEnd(1_400, 'x')}`
  const heavy = (i: number) =>
    alert(`s${i}`, {
      annotations: labels({ summary: `s${i}`, runbook_url: long(`r${i}`) }),
      generatorUrl: long(`g${i}`),
      url: long(`u${i}`),
    })

  it('are left out whole before an alert is, and no text is cut', () => {
    const alerts = Array.from({ length: 8 }, (_, i) => heavy(i))
    const { blocks } = renderSlack(
      message({ alerts, counts: { firing: 8, newlyFiring: 8, newlyResolved: 0, missed: 0 } }),
    )
    expectWithinLimits(blocks)
    expectHarmless(blocks.flatMap(textsOf))
    for (let i = 0; i < 8; i++) expect(JSON.stringify(blocks)).toContain(`"🔴 s${i}\\n`)
  })

  it('are left out of a footer that they would overfill', () => {
    const { blocks } = renderSlack(message({ alerts: [heavy(1)], externalUrl: long('am') }))
    expectWithinLimits(blocks)
    expectHarmless(blocks.flatMap(textsOf))
    expect(footerOf(message({ alerts: [heavy(1)] }))).toContain('Runbook')
  })
})

/** Text that wants to mention, link, format, hide, reverse or overflow, and ordinary text. */
const hostile = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '<!channel>',
      '<!here>',
      '<!everyone>',
      '<@U012AB3CD>',
      '<#C123|general>',
      '<!subteam^S1>',
      '<!date^0^{date}|x>',
      '<https://evil.example|ok>',
      '&lt;!channel&gt;',
      '&#60;!channel>',
      '`',
      '```',
      '*',
      '_',
      '~',
      '*bold*',
      '__init__',
      '\n> quote',
      '\r\n',
      '\u202e',
      '\u200b',
      '\ud800',
      '\udc00',
      '\u0000',
      '|',
      '>',
      '<',
      '&',
      '"',
      '\\',
      '@channel',
      '#general',
      'https://evil.example',
      'javascript:alert(1)',
      '😀',
      '__proto__',
      '\u3164',
      ':tada:',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('&', '<', '>', '`', 'a', '😀'), maxLength: 4_000 }) },
)
const text = fc.array(hostile, { maxLength: 4 }).map((parts) => parts.join(''))
const names = fc.oneof(
  fc.constantFrom('alertname', 'severity', 'team', 'summary', 'description', 'runbook_url', '__proto__', 'constructor'),
  text,
)
const pairs = fc.array(fc.tuple(names, text), { maxLength: 12 }).map((entries) => {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of entries) result[name] = value
  return result
})
const url = fc.oneof(
  text,
  text.map((tail) => `https://a.example/${tail}`),
  text.map((tail) => `http://${tail}`),
  fc.nat(1_600).map((length) => `https://a.example/${'x'.repeat(length)}`),
)
const time = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 42 }),
  fc.constantFrom(-1, 8.64e15, -8.64e15, Number.NaN, Number.POSITIVE_INFINITY),
)
const hostileAlert: fc.Arbitrary<MessageAlert> = fc.record({
  episodeId: fc.nat(),
  fingerprint: text,
  status: fc.constantFrom('firing', 'resolved'),
  change: fc.constantFrom('new', 'resolved', 'missed', null),
  labels: pairs,
  annotations: pairs,
  startsAt: time,
  endsAt: fc.option(time),
  closeReason: fc.constantFrom('resolved', 'reconciled', 'stale', null),
  generatorUrl: url,
  url: fc.option(url),
})
const hostileMessage: fc.Arbitrary<Message> = fc.record({
  notificationId: fc.nat(),
  idempotencyKey: fc.constant('ar-0-1-2-3'),
  conversationKey: fc.constant('ar-0-1-2'),
  insteadOf: fc.constantFrom(null, 'chat', '<!channel>'),
  reason: fc.constantFrom<Reason>('first', 'new-alerts', 'some-resolved', 'all-resolved', 'repeat', 'missed'),
  team: text,
  receiver: text,
  routeId: text,
  groupId: fc.nat(),
  groupLabels: pairs,
  status: fc.constantFrom('firing', 'resolved'),
  alerts: fc.oneof(
    fc.array(hostileAlert, { minLength: 1, maxLength: 4 }),
    hostileAlert.chain((one) =>
      fc.array(fc.constantFrom(one, { ...one, change: null }), { minLength: 30, maxLength: 50 }),
    ),
  ),
  counts: fc.record({ firing: fc.nat(), newlyFiring: fc.nat(), newlyResolved: fc.nat(), missed: fc.nat() }),
  since: time,
  decidedAt: time,
  sentAt: time,
  possibleRepeat: fc.boolean(),
  lateBecause: fc.option(text),
  externalUrl: url,
  publicUrl: fc.option(url),
})

const OWN_DATE = /<!date\^\d+\^(\{date_short_pretty\} )?\{time\}\|\d{4,6}-\d\d-\d\d \d\d:\d\d UTC>/g
const OWN_LINK = /<https?:\/\/[^\s|<>`]+\|(Source|Why|Why you got this|Runbook|Alertmanager)>/g

describe('whatever the labels are', () => {
  it('mentions nobody, links only over http(s), hides nothing, and stays within every limit', () => {
    fc.assert(
      fc.property(hostileMessage, (input) => {
        const { text: line, blocks } = renderSlack(input)
        expectHarmless([line, plainSlack(input).text, ...blocks.flatMap(textsOf)])
        expectWithinLimits(blocks)
        expect(line.length).toBeLessThanOrEqual(500)
        expect(JSON.parse(JSON.stringify({ text: line, blocks }))).toEqual({ text: line, blocks })
      }),
      { numRuns: 2_500 },
    )
  })
})

function expectHarmless(texts: readonly string[]): void {
  for (const each of texts) {
    const rest = each.replaceAll(OWN_DATE, '').replaceAll(OWN_LINK, '')
    expect(rest).not.toMatch(/[<>]/)
    expect(rest).not.toMatch(/&(?!amp;|lt;|gt;)/)
    expect(rest).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u)
    // Backticks are ours alone: in pairs, on one line.
    for (const row of rest.split('\n')) expect((row.match(/`/g) ?? []).length % 2).toBe(0)
  }
}

function expectWithinLimits(blocks: readonly SlackBlock[]): void {
  expect(blocks.length).toBeLessThanOrEqual(MAX_BLOCKS)
  expect(blocks.reduce((sum, block) => sum + textLength(block), 0)).toBeLessThanOrEqual(MAX_BLOCKS_TEXT)
  for (const block of blocks) {
    if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(MAX_HEADER_TEXT)
    if (block.type === 'section') expect(block.text.text.length).toBeLessThanOrEqual(MAX_SECTION_TEXT)
    if (block.type !== 'divider') expect(textsOf(block).every((each) => each.length <= MAX_SECTION_TEXT)).toBe(true)
    if (block.type === 'context') expect(block.elements.length).toBeLessThanOrEqual(MAX_CONTEXT_ELEMENTS)
    if (block.type !== 'header') expect(textsOf(block).every((each) => each.trim() !== '')).toBe(true)
  }
}

function textsOf(block: SlackBlock): string[] {
  if (block.type === 'divider') return []
  return block.type === 'context' ? block.elements.map((element) => element.text) : [block.text.text]
}

function withSeverity(severity: string): Partial<Message> {
  return { alerts: [alert('a', { labels: labels({ alertname: 'A', severity }), startsAt: START })] }
}

function headerOf(input: Message): string {
  return textsOf(renderSlack(input).blocks[0] ?? { type: 'divider' })[0] ?? ''
}

function footerOf(input: Message): string {
  return textsOf(renderSlack(input).blocks.at(-1) ?? { type: 'divider' })[0] ?? ''
}
