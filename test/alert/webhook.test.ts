/** Whole webhook bodies: recordings of every shape, one bad alert among good ones, and what is no webhook. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isEnvelope, type ParsedWebhook, parseWebhook, quarantineBody } from '../../src/alert/webhook.ts'
import { envelopeSchema, faultOf, webhookSchema } from '../../src/alert/webhook-schema.ts'

const now = Date.UTC(2026, 10, 20, 12)
const good = {
  status: 'firing',
  labels: { alertname: 'A' },
  startsAt: '2026-11-20T11:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
}

function recording(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../fixtures/webhook-${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >
}

function parsed(body: unknown): ParsedWebhook {
  const webhook = parseWebhook(body, now)
  if ('error' in webhook) throw new Error(webhook.error)
  return webhook
}

describe('a recorded webhook', () => {
  it.each([
    ['firing', 'firing', ['firing', 'firing', 'firing']],
    ['mixed', 'firing', ['firing', 'resolved', 'firing']],
    ['resolved', 'resolved', ['resolved', 'resolved']],
  ])('%s is read whole', (name, status, statuses) => {
    const webhook = parsed(recording(name))
    expect(webhook).toMatchObject({
      receiver: 'ar',
      status,
      groupKey: '{}:{alertname="HighErrorRatio", team="payments"}',
      groupLabels: { alertname: 'HighErrorRatio', team: 'payments' },
      externalUrl: 'http://alertmanager:9093',
      notificationReason: null,
      truncatedAlerts: 0,
      quarantined: [],
    })
    expect(webhook.alerts.map((alert) => alert.status)).toEqual(statuses)
    expect(webhook.alerts[0]).toMatchObject({
      fingerprint: '4bdaf5f9a18c6c62',
      startsAt: Date.parse('2026-11-20T23:13:07.568Z'),
      annotations: { summary: 'checkout error ratio 20%' },
    })
  })

  it('of 0.34 is read with its new keys', () => {
    const body = {
      ...recording('mixed'),
      notification_reason: 'new alerts added',
      routeLabels: { tier: '1' },
      truncatedAlerts: 7,
    }
    expect(parsed(body)).toMatchObject({ notificationReason: 'new alerts added', truncatedAlerts: 7, quarantined: [] })
    expect(faultOf(webhookSchema, body)).toBeNull()
  })

  it.each(['firing', 'mixed', 'resolved'])('%s fits the published schema', (name) => {
    expect(faultOf(webhookSchema, recording(name))).toBeNull()
  })
})

it.each([
  ['team\\.infra', 'team.infra'],
  ['a\\\\b\\+\\(c\\)\\[d\\]\\{e\\}\\^\\$\\|\\*\\?', 'a\\b+(c)[d]{e}^$|*?'],
  ['plain-name', 'plain-name'],
])('receiver %j is called %j', (receiver, name) => {
  expect(parsed({ receiver, alerts: [] }).receiver).toBe(name)
})

describe('what surrounds the alerts', () => {
  it('may be missing', () => {
    expect(parsed({ alerts: [good] })).toMatchObject({
      receiver: '',
      status: 'firing',
      groupKey: '',
      groupLabels: {},
      externalUrl: '',
      notificationReason: null,
      truncatedAlerts: 0,
      quarantined: [],
    })
  })

  it.each([
    [[good], 'firing'],
    [[{ ...good, status: 'resolved' }], 'resolved'],
    [[], 'resolved'],
  ])('status follows the alerts where it is unknown', (alerts, status) => {
    expect(parsed({ status: 'odd', alerts }).status).toBe(status)
  })

  it('is noted where it is wrong, and the alerts are taken', () => {
    const webhook = parsed({ receiver: 5, groupLabels: { a: 1 }, truncatedAlerts: -1, alerts: [good] })
    expect(webhook).toMatchObject({ receiver: '', groupLabels: {}, truncatedAlerts: 0 })
    expect(webhook.alerts).toHaveLength(1)
    expect(webhook.quarantined).toHaveLength(1)
    expect(webhook.quarantined[0]?.reason).toMatch(/receiver: .*groupLabels: .*truncatedAlerts: /)
    expect(webhook.quarantined[0]?.body).toBe('{"receiver":5,"groupLabels":{"a":1},"truncatedAlerts":-1}')
  })

  it('is checked as the schema checks it', () => {
    const field = fc.constantFrom<unknown>(
      null,
      undefined,
      'x',
      '',
      3,
      -1,
      1.5,
      2 ** 53,
      true,
      [],
      {},
      { a: 'b' },
      { a: 1 },
    )
    const keys = [
      'receiver',
      'status',
      'groupKey',
      'groupLabels',
      'externalURL',
      'notification_reason',
      'truncatedAlerts',
    ]
    const likely = Object.fromEntries(
      keys.map((key) => [
        key,
        fc.oneof(field, fc.constant(key === 'groupLabels' ? {} : key === 'truncatedAlerts' ? 0 : 'x')),
      ]),
    )
    fc.assert(
      fc.property(fc.record(likely, { requiredKeys: [] }), (envelope) => {
        expect(faultOf(envelopeSchema, envelope) === null).toBe(isEnvelope(envelope))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a bad alert', () => {
  it('is quarantined and the others are kept', () => {
    const bad = { ...good, labels: { alertname: 7 } }
    const webhook = parsed({ alerts: [good, bad, { ...good, labels: { alertname: 'B' } }] })
    expect(webhook.alerts.map((alert) => alert.labelsText)).toEqual(['{"alertname":"A"}', '{"alertname":"B"}'])
    expect(webhook.quarantined).toEqual([
      {
        reason: 'alert 2 was not understood: labels: the value of "alertname" must be text',
        body: JSON.stringify(bad),
      },
    ])
  })

  it('is shown up to 64 KiB', () => {
    const { quarantined } = parsed({ alerts: [{ ...good, labels: { alertname: 'ü'.repeat(100_000) } }] })
    const body = quarantined[0]?.body ?? ''
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(Buffer.byteLength(body)).toBeGreaterThan(65_500)
    expect(body.endsWith('ü…')).toBe(true)
  })

  it('nested beyond measure does no harm', () => {
    const deep = JSON.parse(`${'{"1":'.repeat(200_000)}1${'}'.repeat(200_000)}`) as unknown
    const webhook = parsed({ alerts: [good, deep, { ...good, labels: deep }, { ...good, other: deep }] })
    expect(webhook.alerts).toHaveLength(2)
    expect(webhook.quarantined.map((entry) => entry.body)).toEqual(Array(2).fill('(nested too deeply to show)'))
  })

  it.each([
    [100, '['],
    [101, '(nested too deeply to show)'],
  ])('of %i levels is shown as %s', (levels, start) => {
    const { quarantined } = parsed({ alerts: [JSON.parse('['.repeat(levels) + ']'.repeat(levels))] })
    expect(quarantined[0]?.body.startsWith(start)).toBe(true)
  })

  it('among very many is counted', () => {
    const webhook = parsed({ alerts: [...Array(1000).fill(1), good] })
    expect(webhook.alerts).toHaveLength(1)
    expect(webhook.quarantined).toHaveLength(101)
    expect(webhook.quarantined[100]?.reason).toBe('900 more alerts of this request were not understood')
  })

  it('is kept as text that any store can hold', () => {
    const { reason, body } = quarantineBody('bad\0', 'x\0\ud800')
    expect([reason, body]).toEqual(['bad\ufffd', 'x\ufffd\ufffd'])
  })
})

it.each([
  [null, 'not a JSON object'],
  [[], 'not a JSON object'],
  ['text', 'not a JSON object'],
  [{}, '"alerts" is not a list'],
  [{ alerts: { 0: good } }, '"alerts" is not a list'],
  [{ alerts: null }, '"alerts" is not a list'],
])('%j is no webhook', (body, why) => {
  expect(parseWebhook(body, now)).toEqual({ error: expect.stringContaining(why) })
})

it('the schema can be published', () => {
  const published = JSON.stringify(z.toJSONSchema(webhookSchema, { io: 'input' }))
  expect(published).toContain('"labels":{"type":"object","additionalProperties":{"type":"string"}')
  expect(published).toContain('"format":"date-time"')
})
