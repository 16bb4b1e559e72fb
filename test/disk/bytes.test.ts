/** Sizes as operators write and read them. */
import { expect, it } from 'vitest'
import { formatBytes, parseBytes } from '../../src/disk/bytes.ts'

it.each([
  ['0', 0],
  ['512', 512],
  ['64MB', 64_000_000],
  ['64 MB', 64_000_000],
  ['64mb', 64_000_000],
  ['64MiB', 67_108_864],
  ['1.5GB', 1_500_000_000],
  ['2TiB', 2_199_023_255_552],
  ['', null],
  ['MB', null],
  ['-1MB', null],
  ['1e9', null],
  ['64 XB', null],
  ['64MBs', null],
  ['999999999999999TB', null],
  ['1,5GB', null],
])('%j is %s', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [64_000_000, '64 MB'],
  [67_108_864, '67.1 MB'],
  [1_250_000_000, '1.25 GB'],
  [2.5e15, '2500 TB'],
])('%s is written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
