/** One label read out of a text is what parsing the whole text gives. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { labelReader } from '../../src/alert/label-text.ts'
import { labelsText, toLabels } from '../../src/alert/labels.ts'

const piece = fc.constantFrom('a', 'service', '"', '\\', ':', ',', '{', '}', 'ü', '\n', '日', '__proto__', '":"', '\\"')
const text = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.string({ minLength: 1 }),
)

it('whatever names and values are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 6 }), text, (pairs, other) => {
      const labels = toLabels(Object.fromEntries(pairs))
      const stored = labelsText(labels)
      for (const name of [...Object.keys(labels), ...pairs.map(([, value]) => value), other, 'constructor']) {
        expect(labelReader(name)(stored), name).toBe(labels[name] ?? '')
      }
    }),
    { numRuns: 2_000 },
  )
})

it.each([
  [{ 'x"service': 'no' }, ''],
  [{ 'x"service': 'no', service: 'yes' }, 'yes'],
  [{ a: 'service', service: '\\' }, '\\'],
  [{ service: 'a"b' }, 'a"b'],
  [{ service: 'a\\', z: '"' }, 'a\\'],
])('service in %j is %j', (labels, value) => {
  expect(labelReader('service')(labelsText(toLabels(labels)))).toBe(value)
})
