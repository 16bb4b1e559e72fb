/** `sh secrets.sh`: what it makes, for whom it can be read, and what it leaves alone. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../db/temporary.ts'
import { readSystem } from './system.ts'

function place() {
  const folder = temporaryFolder()
  copyFileSync(fileURLToPath(new URL('../../secrets.sh', import.meta.url)), join(folder, 'secrets.sh'))
  const secrets = join(folder, 'secrets')
  return {
    secrets,
    read: (file: string) => readFileSync(join(secrets, file), 'utf8'),
    make: (env: Readonly<Record<string, string>> = {}) =>
      execFileSync('sh', [join(folder, 'secrets.sh')], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' }),
  }
}

it('makes tokens that differ, and says what is left to fill in', () => {
  const { make, read } = place()
  const said = make()
  const tokens = ['ingest-token', 'read-token', 'admin-token', 'control-token', 'grafana-password'].map(read)
  for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set(tokens).size).toBe(tokens.length)
  expect(read('drill/webhook-url')).toBe(readSystem().compose.services.trigger?.environment?.DRILL_URL)
  expect(said.trim().split('\n')).toEqual([
    'still empty: secrets/data-science/slack-url',
    'still empty: secrets/default/slack-url',
    'still empty: secrets/ml-platform/pagerduty-key',
    'still empty: secrets/ml-platform/slack-url',
    'still empty: secrets/platform/pagerduty-key',
    'still empty: secrets/platform/slack-url',
  ])
})

it('fills in what is empty, and leaves what is there', () => {
  const { make, read, secrets } = place()
  make()
  const token = read('ingest-token')
  writeFileSync(join(secrets, 'platform/slack-url'), 'https://hooks.example.org/own')
  expect(make({ SLACK_URL: 'https://hooks.example.org/all', PAGERDUTY_KEY: 'key with $ign' })).toBe('')
  expect(read('ingest-token')).toBe(token)
  expect(read('platform/slack-url')).toBe('https://hooks.example.org/own')
  expect(read('default/slack-url')).toBe('https://hooks.example.org/all')
  expect(read('ml-platform/pagerduty-key')).toBe('key with $ign')
})

it('lets nobody else into the folder, and every container read a file', () => {
  const { make, secrets } = place()
  make()
  expect(statSync(secrets).mode & 0o777).toBe(0o700)
  for (const entry of readdirSync(secrets, { recursive: true, withFileTypes: true })) {
    const { mode } = statSync(join(entry.parentPath, entry.name))
    expect(mode & 0o777, entry.name).toBe(entry.isFile() ? 0o644 : 0o755)
  }
})
