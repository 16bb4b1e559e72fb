/** One alert of a webhook: what is taken, what it becomes, and that the quick check and the schema agree. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/alert/limits.ts'
import { readAlert } from '../../src/alert/received.ts'
import { alertSchema, faultOf } from '../../src/alert/webhook-schema.ts'

const now = Date.UTC(2026, 10, 20, 12)
const start = '2026-11-20T11:00:00Z'
const end = '2026-11-20T11:30:00Z'
const zero = '0001-01-01T00:00:00Z'
const startMs = Date.parse(start)
const endMs = Date.parse(end)
const firing = {
  status: 'firing',
  labels: { alertname: 'A', severity: 'crit', team: 'infra' },
  startsAt: start,
  endsAt: zero,
}
const resolved = { ...firing, status: 'resolved', endsAt: end }

describe('the life of a received alert', () => {
  it.each([
    ['firing has no end', firing, startMs, null],
    ['firing without any end', { ...firing, endsAt: undefined }, startMs, null],
    ['an expiry sent with a firing alert is not an end', { ...firing, endsAt: end }, startMs, null],
    ['resolved has its end', resolved, startMs, endMs],
    ['resolved without an end ended where it started', { ...resolved, endsAt: zero }, startMs, startMs],
    ['resolved without a start started where it ended', { ...resolved, startsAt: undefined }, endMs, endMs],
    ['firing without a start but an end starts there', { ...firing, startsAt: zero, endsAt: end }, endMs, null],
    ['no times at all: now', { ...firing, startsAt: null, endsAt: null }, now, null],
    ['resolved without times: now', { ...resolved, startsAt: undefined, endsAt: undefined }, now, now],
  ])('%s', (_, raw, startsAt, endsAt) => {
    expect(readAlert(raw, now)).toMatchObject({ startsAt, endsAt })
  })
})

describe('the fingerprint of a received alert', () => {
  it.each([
    ['is the sender’s', 'Zx_-9', 'Zx_-9'],
    ['is computed where none is given', undefined, '5214de524a5c1a73'],
    ['is computed where it is empty', '', '5214de524a5c1a73'],
    ['is computed where it is too long', 'a'.repeat(65), '5214de524a5c1a73'],
    ['is computed where it holds other characters', "a'; drop", '5214de524a5c1a73'],
    ['is computed where it is no text', 7, '5214de524a5c1a73'],
  ])('%s', (_, sent, expected) => {
    expect(readAlert({ ...firing, fingerprint: sent }, now)?.fingerprint).toBe(expected)
  })
})

describe('the fields of a received alert', () => {
  it('are normalised', () => {
    const raw = JSON.parse(
      '{"status":"firing","labels":{"team":"a","empty":"","__proto__":"p"},"annotations":{"x":"\\u0000"},"generatorURL":"http://p/\\ud800","extra":1}',
    ) as unknown
    const alert = readAlert(raw, now)
    expect(alert?.labelsText).toBe('{"__proto__":"p","team":"a"}')
    expect(alert?.annotationsText).toBe('{"x":"\ufffd"}')
    expect(alert?.generatorUrl).toBe('http://p/\ufffd')
  })

  it('have defaults', () => {
    expect(readAlert({ ...firing, annotations: null, generatorURL: null }, now)).toMatchObject({
      annotationsText: '{}',
      generatorUrl: '',
    })
  })

  it('keep annotations within the limit, short ones whole', () => {
    const annotations = { summary: 'short', description: 'd'.repeat(100_000), dump: 'e'.repeat(50_000) }
    const kept = readAlert({ ...firing, annotations }, now)?.annotations ?? {}
    expect(kept.summary).toBe('short')
    expect(kept.description?.endsWith('d…')).toBe(true)
    expect(kept.dump?.endsWith('e…')).toBe(true)
    expect(sizeOf(kept)).toBeLessThanOrEqual(limits.annotationsLength)
    expect(sizeOf(kept)).toBeGreaterThan(limits.annotationsLength / 2)
  })

  it('keep annotations within the limit where their names alone exceed it', () => {
    const annotations = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`${i}${'n'.repeat(1000)}`, 'v'.repeat(500)]),
    )
    const kept = readAlert({ ...firing, annotations }, now)?.annotations ?? {}
    expect(Object.keys(kept)).toHaveLength(limits.annotations)
    expect(sizeOf(kept)).toBeLessThanOrEqual(limits.annotationsLength)
  })

  it('keep labels at the limit whole', () => {
    const many = Object.fromEntries(Array.from({ length: limits.labels }, (_, i) => [`label${i}`, 'x']))
    const labels = { ...many, label0: 'v'.repeat(limits.labelValueLength), empty: '' }
    expect(Object.keys(readAlert({ ...firing, labels }, now)?.labels ?? {})).toHaveLength(limits.labels)
  })
})

function sizeOf(annotations: Readonly<Record<string, string>>): number {
  return Object.entries(annotations).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
}

describe('an alert is refused', () => {
  it.each([
    ['no object', null, 'expected object'],
    ['a list', [], 'expected object'],
    ['another status', { ...firing, status: 'pending' }, 'status:'],
    ['no labels', { ...firing, labels: {} }, 'labels: an alert needs at least one label'],
    ['only empty labels', { ...firing, labels: { a: '' } }, 'labels: an alert needs at least one label'],
    ['labels absent', { ...firing, labels: undefined }, 'labels: expected an object'],
    ['labels as a list', { ...firing, labels: ['a'] }, 'labels: expected an object'],
    ['a label that is a number', { ...firing, labels: { a: 1 } }, 'labels: the value of "a" must be text'],
    [
      'a __proto__ label that is no text',
      { ...firing, labels: JSON.parse('{"a":"b","__proto__":{}}') },
      'labels: the value of "__proto__"',
    ],
    ['a label without a name', { ...firing, labels: { '': 'x' } }, 'labels: a label needs a name'],
    ['a long label name', { ...firing, labels: { ['n'.repeat(257)]: 'x' } }, 'labels: a label name is longer than 256'],
    [
      'a long label value',
      { ...firing, labels: { a: 'x'.repeat(16_385) } },
      'labels: the value of "a" is longer than 16384',
    ],
    [
      'too many labels',
      { ...firing, labels: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`l${i}`, 'x'])) },
      'labels: 201 labels',
    ],
    [
      'an annotation that is no text',
      { ...firing, annotations: { a: [] } },
      'annotations: the value of "a" must be text',
    ],
    ['a start that is no time', { ...firing, startsAt: 'yesterday' }, 'startsAt: expected an RFC 3339 time'],
    ['an end that is no time', { ...firing, endsAt: 0 }, 'endsAt: expected an RFC 3339 time'],
    [
      'an end before its start',
      { ...resolved, endsAt: '2026-11-20T10:59:59Z' },
      'endsAt: a resolved alert must not end',
    ],
    ['a link that is no text', { ...firing, generatorURL: {} }, 'generatorURL:'],
  ])('for %s', (_, raw, reason) => {
    expect(readAlert(raw, now)).toBeNull()
    expect(faultOf(alertSchema, raw)).toContain(reason)
  })
})

it('the quick check takes exactly what the schema takes', () => {
  const junk = fc.constantFrom<unknown>(null, undefined, 0, true, '', 'x', [], {}, ['a'])
  const time = fc.oneof(fc.constantFrom<unknown>(start, end, zero, '2026-11-20T11:15:00.123456789+02:00', 'soon'), junk)
  const name = fc.constantFrom('a', 'team', '', '__proto__', 'constructor', 'n'.repeat(257))
  const text = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<unknown>('v', '', 'x'.repeat(16_384)) },
    { weight: 1, arbitrary: junk },
  )
  const texts = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.tuple(name, text), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs) as unknown),
    },
    { weight: 1, arbitrary: junk },
  )
  const alert = fc.record(
    {
      status: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom<unknown>('firing', 'resolved') },
        { weight: 1, arbitrary: junk },
      ),
      labels: texts,
      annotations: texts,
      startsAt: time,
      endsAt: time,
      generatorURL: fc.oneof(fc.constant<unknown>('http://p'), junk),
      fingerprint: junk,
      other: junk,
    },
    { requiredKeys: [] },
  )
  let taken = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 20, arbitrary: alert }, { weight: 1, arbitrary: junk }), (raw) => {
      const accepted = readAlert(raw, now) !== null
      expect(faultOf(alertSchema, raw) === null).toBe(accepted)
      if (accepted) taken++
    }),
    { numRuns: 10_000 },
  )
  expect(taken).toBeGreaterThan(100)
})
