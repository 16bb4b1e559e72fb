/** Which files of TEAMS_DIR are read. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readTeamsDirectory } from '../../src/team/directory.ts'
import { problemsOf } from './documents.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'teams-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

it('reads *.yml and *.yaml by name, files and links; what is no file is there but cannot be read', async () => {
  mkdirSync(join(dir, '..data'))
  mkdirSync(join(dir, 'folder.yml'))
  writeFileSync(join(dir, '..data', 'mounted.yml'), 'mounted')
  for (const name of ['b.yaml', 'a.yml', '.hidden.yml', 'notes.txt', 'a.yml~', 'Not A Team.yml']) {
    writeFileSync(join(dir, name), name)
  }
  symlinkSync('..data/mounted.yml', join(dir, 'mounted.yml'))
  symlinkSync('nowhere.yml', join(dir, 'dangling.yml'))
  execFileSync('mkfifo', [join(dir, 'pipe.yml')])
  expect(await readTeamsDirectory(dir)).toEqual([
    { file: join(dir, 'Not A Team.yml'), team: null, text: 'Not A Team.yml' },
    { file: join(dir, 'a.yml'), team: 'a', text: 'a.yml' },
    { file: join(dir, 'b.yaml'), team: 'b', text: 'b.yaml' },
    { file: join(dir, 'dangling.yml'), team: 'dangling', text: null },
    { file: join(dir, 'folder.yml'), team: 'folder', text: null },
    { file: join(dir, 'mounted.yml'), team: 'mounted', text: 'mounted' },
    { file: join(dir, 'pipe.yml'), team: 'pipe', text: null },
  ])
})

it('reads no more of a huge file than it takes to refuse it', async () => {
  writeFileSync(join(dir, 'x.yml'), '#'.repeat(3 * 1024 * 1024))
  const [file] = await readTeamsDirectory(dir)
  expect(file?.text).toHaveLength(1024 * 1024 + 1)
  expect(problemsOf(file?.text ?? '')).toEqual([expect.stringContaining('larger than 1 MiB')])
})

it('reads an empty file as an empty document', async () => {
  writeFileSync(join(dir, 'x.yml'), '')
  expect(await readTeamsDirectory(dir)).toEqual([{ file: join(dir, 'x.yml'), team: 'x', text: '' }])
})

it('says which folder is missing and what to do', async () => {
  const missing = join(dir, 'teams')
  await expect(readTeamsDirectory(missing)).rejects.toThrow(
    `TEAMS_DIR: the folder ${missing} does not exist. Set TEAMS_DIR to the folder that holds default.yml.`,
  )
  writeFileSync(missing, '')
  await expect(readTeamsDirectory(missing)).rejects.toThrow('is not a folder')
})
