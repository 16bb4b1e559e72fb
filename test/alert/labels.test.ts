/** Label sets: one canonical form per set, hostile names kept as data. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNames, labelsFromText, labelsText, readLabels, toLabels } from '../../src/alert/labels.ts'

const json = (text: string) => JSON.parse(text) as object

describe('a label set', () => {
  it.each([
    ['sorts names', '{"b":"2","a":"1"}', '{"a":"1","b":"2"}'],
    ['drops empty values', '{"a":"","b":"2"}', '{"b":"2"}'],
    [
      'sorts by UTF-8 bytes, not by UTF-16 units',
      '{"\u{1f600}":"astral","\uff21":"wide"}',
      '{"\uff21":"wide","\u{1f600}":"astral"}',
    ],
    ['puts a prefix before the longer name', '{"ab":"2","a":"1"}', '{"a":"1","ab":"2"}'],
    [
      'keeps __proto__ and constructor as names',
      '{"constructor":"c","__proto__":"p"}',
      '{"__proto__":"p","constructor":"c"}',
    ],
    ['keeps a label called toJSON', '{"toJSON":"x"}', '{"toJSON":"x"}'],
    [
      'replaces NUL and lone surrogates',
      '{"a":"x\\u0000y","b\\ud800":"\\udc00"}',
      '{"a":"x\ufffdy","b\ufffd":"\ufffd"}',
    ],
    ['keeps escapes that need no replacing', '{"a":"C:\\\\users\\u0001"}', '{"a":"C:\\\\users\\u0001"}'],
  ])('%s', (_, raw, text) => {
    expect(labelsText(toLabels(json(raw)))).toBe(text)
  })

  it('inherits nothing', () => {
    const labels = toLabels(json('{"a":"1"}'))
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      expect(labels[name]).toBeUndefined()
      expect(name in labels).toBe(false)
    }
  })

  it('has one text whatever the order, integer-like and hostile names included', () => {
    const name = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', '10', '9', '0', '-1', 'a', 'é', '\u{1f600}', '\uff21'),
      fc.string({ unit: 'binary' }),
    )
    const pairs = fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'binary' })), {
      selector: ([key]) => key,
      maxLength: 12,
    })
    const shuffled = pairs.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, ([first, second]) => {
        expect(labelsText(toLabels(Object.fromEntries(second)))).toBe(labelsText(toLabels(Object.fromEntries(first))))
      }),
      { numRuns: 2000 },
    )
  })

  it('comes back from its text unchanged, __proto__ included', () => {
    const labels = toLabels(json('{"__proto__":"p","9":"n","10":"t","team":"payments","text":"a\\nb\\"ü✓"}'))
    const back = labelsFromText(labelsText(labels))
    expect(Object.entries(back)).toEqual(Object.entries(labels))
    expect(Object.keys(back)).toContain('__proto__')
    expect(labelsText(back)).toBe(labelsText(labels))
  })

  it('gives labels and text at once', () => {
    const { labels, text } = readLabels(json('{"b":"2","a":"\\u0000"}'))
    expect(text).toBe('{"a":"\ufffd","b":"2"}')
    expect(labelsText(labels)).toBe(text)
  })
})

it('names compare as their UTF-8 bytes do', () => {
  const name = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 3000 },
  )
})
