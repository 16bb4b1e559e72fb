/** SMTP_URL: which ways to a mail server are taken, and that a refusal shows nothing of it. */
import { describe, expect, it } from 'vitest'
import { isLoopback } from '../../src/access/loopback.ts'
import { parseSmtpUrl, type SmtpServer, smtpSecrets } from '../../src/channel/smtp-url.ts'

const parse = (text: string) => parseSmtpUrl(text, isLoopback)

it.each<[string, Partial<SmtpServer>]>([
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, tls: 'starttls', login: null }],
  ['smtps://mail.example.org', { host: 'mail.example.org', port: 465, tls: 'implicit' }],
  ['smtp://mail.example.org:25/', { port: 25, tls: 'starttls' }],
  ['smtps://u:p@mail.example.org:4650', { port: 4650, login: { user: 'u', password: 'p' } }],
  ['smtp://me%40x.io:p%3A%2F%20%25@mail', { host: 'mail', login: { user: 'me@x.io', password: 'p:/ %' } }],
  ['smtp://relay:25?tls=off', { host: 'relay', port: 25, tls: 'off' }],
  ['smtp://localhost:1025', { host: 'localhost', tls: 'off' }],
  ['smtp://127.0.0.1:25', { host: '127.0.0.1', tls: 'off' }],
  ['smtp://u:p@[::1]:25', { host: '::1', tls: 'off', login: { user: 'u', password: 'p' } }],
  ['smtp://localhost?tls=starttls', { tls: 'starttls' }],
  ['smtp://[2001:db8::1]', { host: '2001:db8::1', tls: 'starttls' }],
])('%s', (url, server) => {
  expect(parse(url)).toMatchObject({ ...server, url })
})

describe('refused', () => {
  it.each([
    ['another scheme', 'https://SECRET@mail.example.org', /^is not the URL of a mail server; write smtp:\/\//],
    ['no URL', 'SECRET', /^is not the URL of a mail server/],
    ['no host', 'smtp://', /^is not the URL of a mail server/],
    ['a path', 'smtp://mail/SECRET', /^is not the URL of a mail server/],
    ['a fragment', 'smtp://mail#SECRET', /^is not the URL of a mail server/],
    ['an @ that is not encoded', 'smtp://u:SECRET/x@mail', /^is not the URL of a mail server/],
    ['a % that encodes nothing', 'smtp://u:SECRET%@mail', /%25$/],
    ['a host with a line end', 'smtp://mail%0d%0aSECRET', /^is not the URL of a mail server/],
    ['a user without a password', 'smtp://SECRET@mail', /^needs both a user and a password, or neither/],
    ['a password without a user', 'smtp://:SECRET@mail', /^needs both a user and a password, or neither/],
    ['a password in the clear', 'smtp://u:SECRET@mail?tls=off', /^a password would cross the network in the clear/],
    ['an option that is none', 'smtp://mail?SECRET=1', /^the only option is \?tls=off or \?tls=starttls/],
    ['a value that is none', 'smtp://mail?tls=maybe', /^the only option is/],
    ['two options', 'smtp://mail?tls=off&tls=off', /^the only option is/],
    ['TLS switched off where it always is', 'smtps://mail?tls=off', /^smtps:\/\/ is always encrypted/],
  ])('%s', (_, url, sentence) => {
    expect(() => parse(url)).toThrow(sentence)
    expect(() => parse(url)).not.toThrow(/SECRET/)
  })
})

describe('what must not be shown', () => {
  it('the password as it is, as written, and as it is sent', () => {
    const secrets = smtpSecrets(parse('smtps://me:pa%20%20ss@mail'))
    for (const secret of [
      'pa  ss',
      'pa ss',
      'pa%20%20ss',
      'cGEgIHNz',
      'AG1lAHBhICBzcw',
      'smtps://me:pa%20%20ss@mail',
    ]) {
      expect(secrets).toContain(secret)
    }
    expect(secrets).toEqual(secrets.toSorted((a, b) => b.length - a.length))
  })

  it('nothing where there is no password', () => {
    expect(smtpSecrets(parse('smtp://mail'))).toEqual([])
    expect(smtpSecrets(null)).toEqual([])
  })
})
