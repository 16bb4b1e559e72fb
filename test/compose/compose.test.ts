/** compose.yml with everything it mounts: nothing is missing, nothing points nowhere, and each check can fail. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { addressProblems } from './addresses.ts'
import { containmentProblems } from './containment.ts'
import { environmentProblems } from './environment.ts'
import { mountProblems } from './mounts.ts'
import { readSystem } from './system.ts'

const folder = mkdtempSync(join(tmpdir(), 'alert-router-compose-'))
let madeSecrets: readonly string[] = []

beforeAll(() => {
  copyFileSync(fileURLToPath(new URL('../../secrets.sh', import.meta.url)), join(folder, 'secrets.sh'))
  execFileSync('sh', [join(folder, 'secrets.sh')], { stdio: 'ignore' })
  const made = readdirSync(join(folder, 'secrets'), { recursive: true, withFileTypes: true })
  madeSecrets = made
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'secrets/').length))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function problems(changed: Readonly<Record<string, string>> = {}): readonly string[] {
  const system = readSystem(changed)
  return [
    ...containmentProblems(system),
    ...mountProblems(system, madeSecrets),
    ...addressProblems(system),
    ...environmentProblems(system, folder),
  ]
}

it('holds together', () => {
  expect(problems()).toEqual([])
})

interface Fault {
  readonly what: string
  readonly in: string
  readonly replace: string
  readonly by: string
  readonly says: string
}

const faults = parse(readFileSync(new URL('faults.yml', import.meta.url), 'utf8')) as readonly Fault[]

it.each(faults)('does not with $what', ({ in: path, replace, by, says }) => {
  const text = readSystem().read(path)
  expect(text).toContain(replace)
  expect(problems({ [path]: text.replace(replace, () => by) })).toContain(says)
})
