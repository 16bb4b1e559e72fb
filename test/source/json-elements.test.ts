/** A list of objects that comes in pieces, cut anywhere, gives the elements that JSON.parse would find. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonElements } from '../../src/source/json-elements.ts'

function elementsOf(text: string, cuts: readonly number[] = []): unknown[] {
  const bytes = Buffer.from(text)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  const elements = new JsonElements()
  const found = ends.flatMap((end, i) => elements.push(bytes.subarray(ends[i - 1] ?? 0, end)))
  elements.end()
  return found.map((element) => JSON.parse(element) as unknown)
}

describe('JsonElements', () => {
  it('finds what JSON.parse finds, wherever the pieces end and however it is written', () => {
    const list = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 4 }), {
      maxLength: 5,
    })
    const cuts = fc.array(fc.nat())
    fc.assert(
      fc.property(list, cuts, fc.constantFrom(0, 2, '\t'), (objects, where, indent) => {
        const text = JSON.stringify(objects, null, indent)
        expect(elementsOf(text, where)).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['brackets and quotes in texts', '[{"a":"}],[{\\"\\\\"},{"b":"\\\\"}]'],
    ['white space', ' \r\n\t[ {"a":1} ,\n{"b":2} ] \n'],
    ['an empty list', '[]'],
    ['depth', '[{"a":[[{"b":[]}]]}]'],
    ['letters of several bytes', '[{"ü":"🔥"},{"日":"本"}]'],
  ])('%s, a byte at a time', (_, text) => {
    const everywhere = Array.from({ length: Buffer.byteLength(text) }, (__, i) => i)
    expect(elementsOf(text, everywhere)).toEqual(JSON.parse(text))
  })

  it.each([
    ['nothing', ''],
    ['a list that breaks off', '[{"a":1}'],
    ['a list that breaks off in an element', '[{"a":1'],
    ['a list that breaks off after a comma', '[{"a":1},'],
    ['a list that breaks off in a text', '[{"a":"]'],
    ['a comma too many', '[{"a":1},]'],
    ['two commas', '[{"a":1},,{"b":1}]'],
    ['a comma before all', '[,{"a":1}]'],
    ['no comma', '[{"a":1}{"b":1}]'],
    ['an object', '{"a":1}'],
    ['numbers', '[1]'],
    ['a list of lists', '[[]]'],
    ['text after the end', '[]x'],
    ['a second list', '[][]'],
    ['a web page', '<html>[]</html>'],
    ['null', 'null'],
  ])('refuses %s', (_, text) => {
    expect(() => elementsOf(text)).toThrow(SyntaxError)
  })

  it('leaves an element that is no JSON to who parses it', () => {
    expect(() => elementsOf('[{"a":[}]')).toThrow(SyntaxError)
    expect(new JsonElements().push(Buffer.from('[{nonsense}]'))).toEqual(['{nonsense}'])
  })

  it('does not gather an element without end', () => {
    const elements = new JsonElements()
    const piece = Buffer.from(`[{"a":"${'x'.repeat(1024 * 1024)}`)
    elements.push(piece)
    const more = Buffer.alloc(1024 * 1024, 'x')
    expect(() => {
      for (let i = 0; i < 5; i++) elements.push(more)
    }).toThrow(/an element exceeds/)
  })
})
