/** Which references a team may write, and what reading them gives. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveSecret, SecretUnavailableError } from '../../src/team/resolve-secret.ts'
import { checkReference, noAdminNames, variablePrefix } from '../../src/team/secrets.ts'

const adminNames = new Map([['ml-platform', new Set(['SHARED_URL'])]])

describe('checkReference', () => {
  it.each([
    ['env:ML_PLATFORM_SLACK_URL', { from: 'env', name: 'ML_PLATFORM_SLACK_URL' }],
    ['env:ML_PLATFORM_a1', { from: 'env', name: 'ML_PLATFORM_a1' }],
    ['env:SHARED_URL', { from: 'env', name: 'SHARED_URL' }],
    ['file:slack-url', { from: 'file', name: 'slack-url' }],
    ['file:hook.key', { from: 'file', name: 'hook.key' }],
  ])('allows %s', (text, reference) => {
    expect(checkReference(text, 'ml-platform', adminNames)).toEqual(reference)
  })

  it.each([
    ['https://hooks.slack.com/services/CANARY', 'a secret may not stand in the document'],
    ['', 'a secret may not stand in the document'],
    ['ENV:ML_PLATFORM_CANARY', 'a secret may not stand in the document'],
    ['env:', 'not the name of an environment variable'],
    ['env:ML_PLATFORM_CANARY KEY', 'not the name of an environment variable'],
    ['env: ML_PLATFORM_CANARY', 'not the name of an environment variable'],
    ['env:ML_PLATFORM_CANARY\n', 'not the name of an environment variable'],
    ['env:ML_PLATFORM_', 'the variable is not one of team "ml-platform"'],
    ['env:ml_platform_CANARY', 'the variable is not one of team "ml-platform"'],
    ['env:ML_CANARY', 'the variable is not one of team "ml-platform"'],
    ['env:CANARY', 'the variable is not one of team "ml-platform"'],
    ['file:', 'not the plain name of a file'],
    ['file:..', 'not the plain name of a file'],
    ['file:.CANARY', 'not the plain name of a file'],
    ['file:../other/CANARY', 'not the plain name of a file'],
    ['file:/etc/CANARY', 'not the plain name of a file'],
    ['file:a\\CANARY', 'not the plain name of a file'],
    ['file:CANARY\0', 'not the plain name of a file'],
  ])('refuses %j', (text, what) => {
    const refused = checkReference(text, 'ml-platform', adminNames)
    expect(refused).toMatchObject({ what, valid: expect.stringMatching(/^write env:ML_PLATFORM_NAME, or file:NAME/) })
    expect(JSON.stringify(refused)).not.toContain('CANARY')
  })

  it('keeps an administrator’s names to their team', () => {
    expect(checkReference('env:SHARED_URL', 'ml', adminNames)).toHaveProperty('what')
    expect(checkReference('env:SHARED_URL', 'ml-platform', noAdminNames)).toHaveProperty('what')
  })

  it.each([
    ['x', 'X_'],
    ['ml-platform', 'ML_PLATFORM_'],
    ['a_b-c9', 'A_B_C9_'],
  ])('the variables of %s begin with %s', (team, prefix) => expect(variablePrefix(team)).toBe(prefix))
})

describe('resolveSecret', () => {
  let secretsDir: string

  beforeAll(() => {
    secretsDir = mkdtempSync(join(tmpdir(), 'secrets-'))
    for (const folder of ['x', 'x/folder', 'x/..data', 'y']) mkdirSync(join(secretsDir, folder))
    writeFileSync(join(secretsDir, 'x/plain'), '  CANARY \n')
    writeFileSync(join(secretsDir, 'x/empty'), '\n')
    writeFileSync(join(secretsDir, 'x/large'), 'CANARY'.repeat(11_000))
    writeFileSync(join(secretsDir, 'x/..data/mounted'), 'CANARY')
    writeFileSync(join(secretsDir, 'y/other'), 'CANARY')
    symlinkSync('..data/mounted', join(secretsDir, 'x/mounted'))
    symlinkSync('../y/other', join(secretsDir, 'x/escape'))
  })

  afterAll(() => rmSync(secretsDir, { recursive: true }))

  const env = { X_URL: ' CANARY\n', X_EMPTY: ' ', Y_URL: 'CANARY', SHARED: 'CANARY' }

  it.each(['env:X_URL', 'file:plain', 'file:mounted'])('reads %s, trimmed', (reference) => {
    expect(resolveSecret(reference, 'x', { env, secretsDir })).toBe('CANARY')
  })

  it('reads again at each use', () => {
    const file = join(secretsDir, 'x/rotated')
    writeFileSync(file, 'one')
    const first = resolveSecret('file:rotated', 'x', { env, secretsDir })
    writeFileSync(file, 'two')
    expect([first, resolveSecret('file:rotated', 'x', { env, secretsDir })]).toEqual(['one', 'two'])
  })

  it('reads what an administrator allows', () => {
    expect(
      resolveSecret('env:SHARED', 'x', { env, secretsDir, adminNames: new Map([['x', new Set(['SHARED'])]]) }),
    ).toBe('CANARY')
  })

  it.each([
    ['env:X_MISSING', 'The environment variable X_MISSING is not set, or empty. Set it and restart the router.'],
    ['env:X_EMPTY', 'The environment variable X_EMPTY is not set, or empty. Set it and restart the router.'],
    ['file:missing', 'SECRETS_DIR/x/missing does not exist. Create it.'],
    ['file:empty', 'SECRETS_DIR/x/empty is empty.'],
    ['file:large', 'SECRETS_DIR/x/large is larger than 64 KiB.'],
    ['file:folder', 'SECRETS_DIR/x/folder is not a regular file.'],
    ['file:escape', 'SECRETS_DIR/x/escape is a link that leads out of its folder.'],
  ])('says what is wrong with %s', (reference, message) => {
    expect(() => resolveSecret(reference, 'x', { env, secretsDir })).toThrow(new SecretUnavailableError(message))
  })

  it.each(['env:Y_URL', 'env:SHARED', 'file:../y/other', 'CANARY'])(
    'refuses %s before reading anything',
    (reference) => {
      const read = () => resolveSecret(reference, 'x', { env, secretsDir })
      expect(read).toThrow(SecretUnavailableError)
      expect(read).not.toThrow(/CANARY/)
    },
  )

  it('needs SECRETS_DIR for files only', () => {
    expect(resolveSecret('env:X_URL', 'x', { env, secretsDir: null })).toBe('CANARY')
    const message = 'SECRETS_DIR/x/plain cannot be read: SECRETS_DIR is not set.'
    expect(() => resolveSecret('file:plain', 'x', { env, secretsDir: null })).toThrow(
      new SecretUnavailableError(message),
    )
  })
})
