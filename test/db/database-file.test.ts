/** Which settings name a database file, and what is said about the others. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { databaseFile, prepareFile } from '../../src/db/database-file.ts'
import { temporaryFolder } from './temporary.ts'

it.each([
  ['file:./data/router.db', resolve('data/router.db')],
  ['file:/var/lib/router.db', '/var/lib/router.db'],
  ['file:///var/lib/my%20router.db', '/var/lib/my router.db'],
  [' data/router.db ', resolve('data/router.db')],
])('%s is a file', (setting, path) => {
  expect(databaseFile(setting)).toBe(path)
})

it.each([
  ['', /no file name/],
  ['file:', /no file name/],
  [':memory:', /must be a file, not :memory:/],
  ['file::memory:', /must be a file, not :memory:/],
  ['postgres://localhost/router', /"postgres:" is not a database this program can use/],
  ['file:router.db?mode=memory', /takes no parameters/],
])('%s is refused', (setting, sentence) => {
  expect(() => databaseFile(setting)).toThrow(sentence)
})

it('creates the folder', () => {
  const folder = temporaryFolder()
  const file = prepareFile(join(folder, 'a/b/router.db'))
  writeFileSync(file, '')
  expect(prepareFile(join(folder, 'a/b/router.db'))).toBe(file)
})

it('gives a link and its target one name', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'real'))
  writeFileSync(join(folder, 'real/router.db'), '')
  symlinkSync(join(folder, 'real/router.db'), join(folder, 'link.db'))
  symlinkSync(join(folder, 'real'), join(folder, 'linked'))
  const name = prepareFile(join(folder, 'real/router.db'))
  expect(prepareFile(join(folder, 'link.db'))).toBe(name)
  expect(prepareFile(join(folder, 'linked/router.db'))).toBe(name)
})
