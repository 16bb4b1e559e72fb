/** compose.yml by the JSON schema of the compose specification, which `docker compose` checks first. */
import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { readSystem } from './system.ts'

describeWith('compose-schema', 'the schema of compose files', (path) => {
  // It is of draft 2019-09, but names itself and that draft by words of older ones.
  const { $schema: _draft, ...schema } = JSON.parse(readFileSync(path, 'utf8'), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  )
  const formats = { duration: /^(\d+(us|ms|s|m|h))+$/, ports: true, expose: true, subnet_ip_address: true } as const
  const isValid = new Ajv2019({ strict: false, allErrors: true, formats }).compile(schema)

  it('takes compose.yml', () => {
    isValid(readSystem().compose)
    expect(isValid.errors).toBeNull()
  })

  it.each([
    ['a key that is none', ['read_only: true', 'readonly: true'], 'must NOT have additional properties'],
    [
      'a condition that is none',
      ['condition: service_healthy', 'condition: healthy'],
      'must be equal to one of the allowed values',
    ],
    ['a time that is none', ['interval: 5s', 'interval: 5 seconds'], 'must match format "duration"'],
    ['a list that is none', ['cap_drop: [ALL]', 'cap_drop: ALL'], 'must be array'],
  ] as const)('refuses %s', (_what, [before, after], message) => {
    const text = readSystem().read('compose.yml')
    expect(text).toContain(before)
    isValid(readSystem({ 'compose.yml': text.replace(before, after) }).compose)
    expect(isValid.errors?.map((error) => error.message)).toContain(message)
  })
})
