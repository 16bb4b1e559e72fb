/** What mails say, that text and HTML say the same, and that no label reaches a header, a recipient or the markup. */
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { describe, expect, it, vi } from 'vitest'
import type { Message } from '../../src/channel/channel.ts'
import { MAX_HTML, plainEmail, renderEmail } from '../../src/channel/email-message.ts'
import { startScriptedServer } from '../harness/smtp-script.ts'
import { hostileAlerts, hostileValues, MARK } from '../hostile.ts'
import { sendTo } from './mail.ts'
import { alert, labels, message, START, stories } from './messages.ts'

describe('golden messages', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const { subject, text, html } = renderEmail(story)
    const words = `Subject: ${subject}\n\n${text}\n===== as a short text =====\n\n${plainEmail(story).text}`
    await expect(words).toMatchFileSnapshot(`golden/email ${name}.txt`)
    await expect(html).toMatchFileSnapshot(`golden/email ${name}.html`)
  })
})

describe('the subject', () => {
  it.each<[string, Partial<Message>, string]>([
    ['one alert', {}, '[🔴 Firing] HighErrorRatio · critical · payments'],
    ['all resolved', stories['all-resolved'] ?? {}, '[✅ Resolved] HighErrorRatio · critical · payments'],
    ['some news', stories['new-alerts'] ?? {}, '[🔴 1 new, 3 firing] HighErrorRatio · critical · payments'],
    ['no severity', { alerts: [alert('a', { labels: labels({ alertname: 'A' }) })] }, '[🔴 Firing] A · payments'],
  ])('%s', (_, changes, subject) => {
    expect(renderEmail(message(changes)).subject).toBe(subject)
    expect(plainEmail(message(changes)).subject).toBe(subject)
  })

  it('keeps state, severity and team when names are long', () => {
    const long = labels({ alertname: 'VeryLongAlertName'.repeat(20), severity: 'critical' })
    const { subject } = renderEmail(message({ alerts: [alert('a', { labels: long })] }))
    expect(subject).toMatch(/^\[🔴 Firing\] VeryLong.*… · critical · payments$/u)
    expect(subject.length).toBeLessThanOrEqual(200)
  })

  it('says the same behind its brackets over a group life, so that Gmail keeps the mails together', () => {
    const told = ['first of three', 'new-alerts', 'some-resolved', 'all-resolved of two', 'repeat']
    const subjects = told.map((name) => renderEmail(stories[name] ?? message()).subject.replace(/^\[.*?\] /, ''))
    expect(new Set(subjects)).toEqual(new Set(['HighErrorRatio · critical · payments']))
  })
})

describe('the delivery itself', () => {
  it.each<[string, Partial<Message>, RegExp | null]>([
    ['in time', {}, null],
    ['late', { sentAt: START + 3_605_000 }, /^🕓 Sent 1 h late$/mu],
    ['again', { lateBecause: '450 busy' }, /^🕓 Sent again, an earlier attempt failed: 450 busy$/mu],
    ['maybe twice', { possibleRepeat: true }, /^🔁 Possible repeat, an earlier attempt may have arrived$/mu],
    ['in another receiver’s stead', { insteadOf: 'chat' }, /receiver chat could not be reached$/mu],
  ])('%s', (_, changes, line) => {
    const { text, html } = renderEmail(message(changes))
    for (const words of [text, plainEmail(message(changes)).text]) {
      if (line === null) expect(words).not.toMatch(/🕓|🔁|↪/u)
      else expect(words).toMatch(line)
    }
    const box = html.includes('background:#fff8e5')
    expect(box).toBe(line !== null)
  })
})

describe('links', () => {
  it.each([
    ['https://a.example/x?a=1&b=2', 'https://a.example/x?a=1&amp;b=2'],
    [`https://a.example/"onload='x'`, 'https://a.example/%22onload=%27x%27'],
    ['https://a.example/<b>', 'https://a.example/%3Cb%3E'],
    ['HTTP://A.example', 'http://a.example/'],
  ])('%s', (generatorUrl, href) => {
    const { html } = renderEmail(message({ alerts: [alert('a', { generatorUrl })] }))
    expect(html).toContain(`<a href="${href}" style="color:#0b57a4;white-space:nowrap">Source</a>`)
  })

  it.each(['', 'not a url', 'javascript:alert(1)', 'data:text/html,x', '//a.example/', 'https://user@a.example/'])(
    'leaves out %j',
    (generatorUrl) => {
      const { html, text } = renderEmail(message({ alerts: [alert('a', { generatorUrl })] }))
      expect(html + text).not.toContain('Source')
    },
  )
})

it('stays below the size at which Gmail cuts, leaving out links before alerts, and counts what it leaves out', () => {
  const wide = '"<&>\''.repeat(60)
  const alerts = Array.from({ length: 50 }, (_, n) =>
    alert('a', {
      change: n < 15 ? 'new' : null,
      labels: labels(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`label_${i}`, `${n}${wide}`]))),
      annotations: labels({ summary: `${n} ${wide}`, runbook_url: `https://a.example/${'&'.repeat(1_400)}` }),
    }),
  )
  const { html, text } = renderEmail(
    message({ alerts, counts: { firing: 1_000, newlyFiring: 500, newlyResolved: 0, missed: 0 } }),
  )
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(MAX_HTML)
  const named = html.split('border-left:3px solid #b3261e').length - 1
  expect(named).toBeGreaterThan(5)
  const counted = [...text.matchAll(/^… (\d+) more$/gmu)].reduce((sum, [, count]) => sum + Number(count), 0)
  expect(named + counted).toBe(1_000)
  expect([...html.matchAll(/… (\d+) more/gu)].map(([, count]) => Number(count))).toEqual(
    [...text.matchAll(/^… (\d+) more$/gmu)].map(([, count]) => Number(count)),
  )
})

describe('whatever the labels are', () => {
  const hostile = fc.tuple(hostileValues, fc.nat(2 ** 31 - 1)).map(([values, seed]) => {
    const alerts = hostileAlerts(values, seed, 3).map((each) =>
      alert('x', {
        labels: labels(each.labels),
        annotations: labels(each.annotations),
        generatorUrl: values[seed % values.length] ?? '',
      }),
    )
    return message({
      alerts,
      groupLabels: alerts[0]?.labels ?? labels({}),
      counts: { firing: 3, newlyFiring: 2, newlyResolved: 0, missed: 0 },
      lateBecause: values[0] ?? '',
      externalUrl: values[1] ?? '',
    })
  })

  it('sender, recipient and headers are those of the configuration, and it is one mail', async () => {
    const server = await startScriptedServer({})
    let sent = 0
    await fc.assert(
      fc.asyncProperty(hostile, async (input) => {
        expect(await sendTo(server, { message: input })).toMatchObject({ outcome: 'delivered' })
        sent += 1
        expect(server.mails).toHaveLength(sent)
        await expectConfiguredOnly(server.mails.at(-1) ?? '')
      }),
      { numRuns: 300 },
    )
    await vi.waitFor(() => expect(server.heard.filter((line) => line === 'QUIT')).toHaveLength(sent))
    expect(new Set(server.heard.filter((line) => !line.startsWith('EHLO ')))).toEqual(
      new Set(['MAIL FROM:<alerts@example.org>', 'RCPT TO:<oncall@example.com>', 'DATA', '.', 'QUIT']),
    )
  })
})

/** Nothing of a label but in the subject and the two bodies. */
async function expectConfiguredOnly(mail: string): Promise<void> {
  const { headers, attachments } = await PostalMime.parse(mail)
  expect(attachments).toEqual([])
  const others = headers.filter(({ key }) => key !== 'subject').map(({ key, value }) => [key, value])
  expect(others).toHaveLength(11)
  expect(Object.fromEntries(others)).toEqual({
    'auto-submitted': 'auto-generated',
    'x-auto-response-suppress': 'All',
    'list-id': 'payments alerts <payments.alert-router.example.org>',
    from: '"alert-router" <alerts@example.org>',
    to: 'oncall@example.com',
    'in-reply-to': '<ar-5eed0001-12-3@example.org>',
    references: '<ar-5eed0001-12-3@example.org>',
    'message-id': '<ar-5eed0001-12-3-4711@example.org>',
    date: 'Fri, 20 Nov 2026 14:02:06 +0000',
    'mime-version': '1.0',
    'content-type': expect.stringMatching(/^multipart\/alternative; *boundary="--_NmP-[0-9a-f]+-Part_1"$/),
  })
  const [head = ''] = mail.split('\r\n\r\n', 1)
  const lines = head.replaceAll(/\r\n[ \t]/g, ' ').split('\r\n')
  expect(lines).toHaveLength(12)
  expect(lines.filter((line) => line.includes(MARK) && !line.startsWith('Subject: '))).toEqual([])
}
