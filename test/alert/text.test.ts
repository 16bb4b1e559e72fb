/** Text made fit for stores and channels. */
import { expect, it } from 'vitest'
import { cutText, storable } from '../../src/alert/text.ts'

it.each([
  ['plain', 'plain'],
  ['a\0b\0', 'a\ufffdb\ufffd'],
  ['\ud800x\udc00', '\ufffdx\ufffd'],
  ['\u{1f600}', '\u{1f600}'],
])('%j is stored as %j', (text, expected) => {
  expect(storable(text)).toBe(expected)
})

it.each([
  ['abcd', 4, 'abcd'],
  ['abcde', 4, 'abc…'],
  ['ab\u{1f600}cd', 4, 'ab…'],
  ['ab\u{1f600}cd', 5, 'ab\u{1f600}…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%j cut to %d is %j', (text, max, expected) => {
  expect(cutText(text, max)).toBe(expected)
})
