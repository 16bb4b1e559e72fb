/** The mail server's variables: all of them or none, the password from a file as well, and nothing of it for teams. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, type Environment, readConfig, withoutOwnVariables } from '../src/config.ts'

const FROM = 'alerts@example.org'

function problemsOf(env: Environment): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-mail-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'smtp-url'), text)
  return join(folder, 'smtp-url')
}

describe('the mail server', () => {
  it('is read from SMTP_URL, SMTP_FROM and MAIL_DOMAINS', () => {
    const env = {
      SMTP_URL: 'smtps://u:secret@mail.example.org',
      SMTP_FROM: 'Alerts@Example.ORG',
      MAIL_DOMAINS: 'example.org, Example.COM',
    }
    expect(readConfig(env)).toMatchObject({
      smtpServer: { host: 'mail.example.org', port: 465, tls: 'implicit', login: { user: 'u', password: 'secret' } },
      smtpFrom: 'Alerts@example.org',
      mailDomains: ['example.org', 'example.com'],
    })
  })

  it('may have its URL in a file', () => {
    const file = fileWith('smtps://u:secret@mail.example.org\n')
    expect(readConfig({ SMTP_URL_FILE: file, SMTP_FROM: FROM }).smtpServer).toMatchObject({ host: 'mail.example.org' })
    expect(problemsOf({ SMTP_URL_FILE: file, SMTP_URL: 'smtp://mail', SMTP_FROM: FROM })).toEqual([
      'SMTP_URL: is set, and SMTP_URL_FILE as well; keep one of them',
    ])
    expect(problemsOf({ SMTP_URL_FILE: '/nowhere/smtp', SMTP_FROM: FROM })).toEqual([
      'SMTP_URL_FILE: /nowhere/smtp cannot be read (ENOENT); name a file that holds the URL',
    ])
  })

  it.each<[string, Environment, RegExp | string]>([
    [
      'a URL without a sender',
      { SMTP_URL: 'smtp://mail' },
      'SMTP_FROM: is not set, but SMTP_URL is; set the address that mail comes from, such as alerts@example.org',
    ],
    [
      'a sender with a name',
      { SMTP_URL: 'smtp://mail', SMTP_FROM: 'Alerts <alerts@example.org>' },
      'SMTP_FROM: "Alerts <alerts@example.org>" is not valid; write one plain address such as oncall@example.org',
    ],
    [
      'a password in the clear',
      { SMTP_URL: 'smtp://u:SECRET@mail?tls=off', SMTP_FROM: FROM },
      /^SMTP_URL: a password would cross the network in the clear; use smtps:/,
    ],
    ['what is no URL', { SMTP_URL: 'SECRET', SMTP_FROM: FROM }, /^SMTP_URL: is not the URL of a mail server; write/],
    [
      'domains that are addresses',
      { MAIL_DOMAINS: 'example.org,ops@example.com' },
      'MAIL_DOMAINS: "example.org,ops@example.com" is not valid; write domains separated by commas, such as example.org,example.com',
    ],
    ['a wildcard', { MAIL_DOMAINS: '*.example.org' }, /^MAIL_DOMAINS: "\*\.example\.org" is not valid/],
    ['an empty domain', { MAIL_DOMAINS: 'example.org,' }, /^MAIL_DOMAINS: /],
  ])('is refused: %s', (_, env, problem) => {
    const problems = problemsOf(env)
    expect(problems).toEqual([problem instanceof RegExp ? expect.stringMatching(problem) : problem])
    expect(problems.join()).not.toContain('SECRET')
  })

  it('is nothing that a team named smtp or mail could refer to', () => {
    const env = { SMTP_URL: 'x', SMTP_URL_FILE: 'x', SMTP_FROM: 'x', MAIL_DOMAINS: 'x', SMTP_SLACK_URL: 'theirs' }
    expect(withoutOwnVariables(env)).toEqual({ SMTP_SLACK_URL: 'theirs' })
  })
})
