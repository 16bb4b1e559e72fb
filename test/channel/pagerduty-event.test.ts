/** The events that PagerDuty is sent: their words, their fields, and the vendor's limits whatever the labels are. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Labels } from '../../src/alert/labels.ts'
import { MAX_EVENT_BYTES } from '../../src/channel/pagerduty-details.ts'
import { leastTrigger, MAX_SUMMARY, resolveOf, triggerOf } from '../../src/channel/pagerduty-event.ts'
import { alert, labels, message, START, stories } from './messages.ts'

const KEY = 'R0123456789abcdef0123456789abcde'

it.each(Object.entries(stories).filter(([name]) => name !== 'missed'))('%s', async (name, story) => {
  const event = story.status === 'firing' ? triggerOf(story, KEY) : resolveOf(story, KEY)
  await expect(`${JSON.stringify(event, null, 2)}\n`).toMatchFileSnapshot(`golden/pagerduty ${name}.json`)
})

it('keeps one dedup_key over the whole story, far below 255 characters', () => {
  const keys = Object.values(stories).flatMap((story) => [
    triggerOf(story, KEY).dedup_key,
    resolveOf(story, KEY).dedup_key,
  ])
  expect(new Set(keys)).toEqual(new Set([message().conversationKey]))
  const longest = `ar-5eed0001-${Number.MAX_SAFE_INTEGER}-${Number.MAX_SAFE_INTEGER}`
  expect(longest.length).toBeLessThan(255)
})

describe('the summary', () => {
  const summaryOf = (changes: Parameters<typeof message>[0]) => triggerOf(message(changes), KEY).payload.summary
  const bare = { annotations: labels({}) }

  it.each<[string, Parameters<typeof message>[0], string]>([
    ['name and summary', {}, 'HighErrorRatio: checkout error ratio 20%'],
    [
      'a summary that says the name is enough',
      { alerts: [alert('a', { annotations: labels({ summary: 'HighErrorRatio on checkout' }) })] },
      'HighErrorRatio on checkout',
    ],
    [
      'a description where there is no summary',
      { alerts: [alert('a', { annotations: labels({ description: 'It burns.' }) })] },
      'HighErrorRatio: It burns.',
    ],
    [
      'labels where there are no words',
      { alerts: [alert('checkout', bare)] },
      'HighErrorRatio: cluster=eu-1 service=checkout severity=critical team=payments',
    ],
    [
      'the number of a group',
      {
        alerts: [alert('checkout'), alert('ledger')],
        counts: { firing: 7, newlyFiring: 2, newlyResolved: 0, missed: 0 },
      },
      'HighErrorRatio: checkout error ratio 20% (2 new, 7 firing)',
    ],
    [
      'a group without names',
      { alerts: [alert('a', { ...bare, labels: labels({ job: 'node' }) })] },
      'alertname=HighErrorRatio team=payments: job=node',
    ],
    [
      'a name and words that nobody can see',
      { alerts: [alert('a', { labels: labels({ alertname: '\u202e' }), annotations: labels({ summary: '\n' }) })] },
      'alerts',
    ],
    ['one line', { alerts: [alert('a', { annotations: labels({ summary: 'a\n\u202eb' }) })] }, 'HighErrorRatio: a b'],
  ])('%s', (_, changes, expected) => {
    expect(summaryOf(changes)).toBe(expected)
  })
})

describe('the severity', () => {
  const severityOf = (...severities: (string | null)[]) => {
    const alerts = severities.map((severity) =>
      alert('a', { labels: labels({ alertname: 'A', ...(severity === null ? {} : { severity }) }) }),
    )
    return leastTrigger(message({ alerts }), KEY).payload.severity
  }

  it.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['CRITICAL', 'critical'],
    ['error', 'error'],
    ['High', 'error'],
    ['warning', 'warning'],
    ['minor', 'warning'],
    ['info', 'info'],
    ['none', 'info'],
    ['a word of their own', 'critical'],
    [null, 'critical'],
  ])('of %s is %s', (written, expected) => {
    expect(severityOf(written)).toBe(expected)
  })

  it('is that of the worst alert that fires', () => {
    expect(severityOf('info', 'warning')).toBe('warning')
    expect(severityOf('warning', 'error', 'info')).toBe('error')
    expect(severityOf('error', 'critical')).toBe('critical')
    const over = alert('a', { status: 'resolved', change: 'resolved', endsAt: START })
    const mild = alert('b', { labels: labels({ severity: 'info' }) })
    expect(leastTrigger(message({ alerts: [mild, over] }), KEY).payload.severity).toBe('info')
  })
})

describe('source, component, group and class', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'of a host',
      { alertname: 'A', instance: '10.0.0.1:9100', job: 'node' },
      { source: '10.0.0.1:9100', component: 'node', class: 'A' },
    ],
    ['of a pod', { pod: 'p-0', namespace: 'shop', app: 'cart' }, { source: 'p-0', component: 'cart', group: 'shop' }],
    [
      'of nothing named',
      { a: 'b' },
      { source: 'alertmanager:9093', component: undefined, group: undefined, class: undefined },
    ],
  ])('%s', (_, pairs, expected) => {
    expect(triggerOf(message({ alerts: [alert('x', { labels: labels(pairs) })] }), KEY).payload).toMatchObject(expected)
  })

  it('are those that all alerts share', () => {
    const alerts = ['a', 'b'].map((instance) => alert('x', { labels: labels({ instance, cluster: 'eu-1' }) }))
    expect(triggerOf(message({ alerts }), KEY).payload).toMatchObject({ source: 'eu-1', group: 'eu-1' })
  })

  it('always has a source', () => {
    const alerts = [alert('x', { labels: labels({ instance: '\u200b' }) })]
    expect(leastTrigger(message({ alerts, externalUrl: '' }), KEY).payload.source).toBe('alert-router')
  })
})

it.each([
  ['a sound start', START, '2026-11-20T14:02:00.000Z'],
  ['before the common era', -1e15, undefined],
  ['after the year 2999', 1e15, undefined],
])('tells when it began: %s', (_, since, expected) => {
  expect(triggerOf(message({ since }), KEY).payload.timestamp).toBe(expected)
})

it('says that it comes late, and why', () => {
  const late = message({ sentAt: message().decidedAt + 3_600_000, lateBecause: '503 upstream' })
  expect(JSON.stringify(triggerOf(late, KEY).payload.custom_details)).toMatch(/1 h late.*503 upstream/)
})

it('links to nothing but http(s) without credentials', () => {
  const annotations = labels({
    runbook_url: 'javascript:alert(1)',
    dashboard_url: 'https://me:secret@grafana.example/',
  })
  const alerts = [alert('x', { annotations, generatorUrl: 'data:,x', url: null })]
  const { links } = triggerOf(message({ alerts, externalUrl: 'http://alertmanager:9093' }), KEY)
  expect(links).toEqual([{ href: 'http://alertmanager:9093/', text: 'Alertmanager' }])
})

describe('whatever the labels are', () => {
  it('stays below 512 KB', () => {
    const huge = (prefix: string) =>
      labels(
        Object.fromEntries(
          Array.from({ length: 200 }, (_, i) => [`${prefix}${i}`.padEnd(256, '"'), '€"'.repeat(8_000)]),
        ),
      )
    const url = `https://prometheus.example/${'x'.repeat(1_400)}`
    const alerts = Array.from({ length: 50 }, (_, i) =>
      alert('x', { labels: huge(`l${i}-`), annotations: huge(`a${i}-`), generatorUrl: url, url }),
    )
    const all = [
      message({ alerts, groupLabels: huge('g') }),
      message({ alerts: alerts.slice(0, 1), groupLabels: huge('g') }),
    ]
    for (const each of all) {
      const text = JSON.stringify(triggerOf(each, KEY))
      expect(Buffer.byteLength(text)).toBeLessThan(MAX_EVENT_BYTES)
      expect(text).toMatch(/"…":"\d+ more"/)
    }
    const counted = triggerOf(
      message({ alerts, counts: { firing: 60_000, newlyFiring: 60_000, newlyResolved: 0, missed: 0 } }),
      KEY,
    )
    expect(counted.payload.custom_details).toMatchObject({ not_shown: '59,980' })
  })

  it('keeps labels with hostile names', () => {
    const hostile = labels({})
    Object.defineProperty(hostile, '__proto__', { value: 'p', enumerable: true })
    Object.defineProperty(hostile, 'constructor', { value: 'c', enumerable: true })
    const alerts = [alert('a', { labels: hostile }), alert('b')]
    expect(JSON.stringify(triggerOf(message({ alerts }), KEY))).toContain('{"__proto__":"p","constructor":"c"}')
  })

  it('has a summary within its limit, one line of visible text, a source, and a severity that PagerDuty knows', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.constantFrom('', '\u202e', '\n', 'critical'),
    )
    const set: fc.Arbitrary<Labels> = fc
      .dictionary(fc.oneof(fc.constantFrom('alertname', 'summary', 'severity', 'instance'), text), text, { maxKeys: 4 })
      .map(labels)
    const one = fc.record({ labels: set, annotations: set, startsAt: fc.double({ noNaN: true }), generatorUrl: text })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 4 }), set, text, (changes, groupLabels, externalUrl) => {
        const alerts = changes.map((each) => alert('x', each))
        const event = triggerOf(message({ alerts, groupLabels, externalUrl }), KEY)
        const { summary, source, severity } = event.payload
        expect(summary.length).toBeLessThanOrEqual(MAX_SUMMARY)
        expect(summary).toMatch(/\S/)
        expect(`${summary}${source}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(source).not.toBe('')
        expect(['critical', 'error', 'warning', 'info']).toContain(severity)
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(MAX_EVENT_BYTES)
      }),
      { numRuns: 300 },
    )
  })
})
