/** The command line and environment of a model server. */
import { writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/model-server/settings.ts'
import { temporaryFolder } from '../db/temporary.ts'

it('needs nothing but the name of the server', () => {
  const { memoryLimit, ...rest } = readSettings(['iris'], {})
  expect(rest).toEqual({ server: 'iris', host: '127.0.0.1', port: 8000, faultControls: false, controlToken: null })
  expect(memoryLimit).toBeGreaterThan(0)
  expect(memoryLimit).toBeLessThanOrEqual(totalmem())
  expect(readSettings(['churn'], {}).port).toBe(5000)
})

it('takes what is set, and what is set to nothing as not set', () => {
  const env = { HOST: '0.0.0.0', PORT: '0', FAULT_CONTROLS: 'on', CONTROL_TOKEN: 'secret', MEMORY_LIMIT: '256MiB' }
  expect(readSettings(['churn'], env)).toEqual({
    server: 'churn',
    host: '0.0.0.0',
    port: 0,
    faultControls: true,
    controlToken: 'secret',
    memoryLimit: 268_435_456,
  })
  const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']))
  expect(readSettings(['churn'], empty)).toEqual(readSettings(['churn'], {}))
  expect(readSettings(['iris'], { MEMORY_LIMIT: '2GiB' }).memoryLimit).toBe(2 ** 31)
})

it('takes the token from a file', () => {
  const file = join(temporaryFolder(), 'control-token')
  writeFileSync(file, ' secret\n')
  expect(readSettings(['iris'], { CONTROL_TOKEN_FILE: file }).controlToken).toBe('secret')
  writeFileSync(file, '\n')
  expect(() => readSettings(['iris'], { CONTROL_TOKEN_FILE: file })).toThrow(/^CONTROL_TOKEN_FILE: .* is empty; write/)
})

describe('refuses', () => {
  it.each([
    ['no name', [], {}, /npm run model-server -- iris\|churn/],
    ['another name', ['roses'], {}, /iris\|churn/],
    ['two names', ['iris', 'churn'], {}, /iris\|churn/],
    ['a port that is none', ['iris'], { PORT: '70000' }, /^PORT: write a number from 1 to 65535/],
    ['a switch that is none', ['iris'], { FAULT_CONTROLS: 'yes' }, /^FAULT_CONTROLS: write on or off/],
    ['a limit that is none', ['iris'], { MEMORY_LIMIT: '1GB' }, /^MEMORY_LIMIT: write a size such as 256MiB/],
    ['a file that is none', ['iris'], { CONTROL_TOKEN_FILE: '/none' }, /^CONTROL_TOKEN_FILE: \/none .*\(ENOENT\)/],
    [
      'two tokens',
      ['iris'],
      { CONTROL_TOKEN: 'a', CONTROL_TOKEN_FILE: '/b' },
      /^CONTROL_TOKEN: is set, and CONTROL_TOKEN_FILE/,
    ],
    ['no memory', ['iris'], { MEMORY_LIMIT: '0' }, /^MEMORY_LIMIT/],
    ['more memory than there are numbers', ['iris'], { MEMORY_LIMIT: '999999999999999GiB' }, /^MEMORY_LIMIT/],
  ])('%s', (_what, args, env, says) => {
    expect(() => readSettings(args, env)).toThrow(says)
  })
})
