/** Whose token is it: rotation, verbs, and what an Authorization header may look like. */
import { describe, expect, it } from 'vitest'
import { parseAuthorization } from '../../src/access/credentials.ts'
import { isLoopback } from '../../src/access/loopback.ts'
import { environmentTokens } from '../../src/access/tokens.ts'

const none = { ingest: null, ingestPrevious: null, read: null, admin: null }

describe('environmentTokens', () => {
  const tokens = environmentTokens({ ingest: 'new', ingestPrevious: 'old', read: 'reader', admin: 'root' })

  it.each([
    ['new', { name: 'default', verbs: ['ingest'], teams: null }],
    ['old', { name: 'default', verbs: ['ingest'], teams: null }],
    ['reader', { name: 'read', verbs: ['read'], teams: null }],
    ['root', { name: 'admin', verbs: ['read', 'edit', 'admin'], teams: null }],
    ['ne', 'unknown'],
    ['newer', 'unknown'],
    ['', 'unknown'],
  ])('finds %j', (secret, caller) => {
    expect(tokens.find(secret)).toEqual(caller)
  })

  it('knows which verbs a token guards', () => {
    expect(environmentTokens(none).isGuarded('read')).toBe(false)
    expect(environmentTokens({ ...none, admin: 'root' }).isGuarded('read')).toBe(true)
    expect(environmentTokens({ ...none, admin: 'root' }).isGuarded('ingest')).toBe(false)
  })

  it('keeps no secret that a dump could show', () => {
    expect(JSON.stringify(tokens)).not.toMatch(/new|old|reader|root/)
  })
})
describe('parseAuthorization', () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
  it.each([
    ['Bearer abc', { scheme: 'bearer', secret: 'abc' }],
    ['bearer  abc ', { scheme: 'bearer', secret: 'abc' }],
    [basic('anybody:abc'), { scheme: 'basic', secret: 'abc' }],
    [basic(':a:b'), { scheme: 'basic', secret: 'a:b' }],
    [basic('no colon'), null],
    ['Bearer', null],
    ['Bearer a b', null],
    ['Digest abc', null],
    ['abc', null],
    ['', null],
  ])('%j', (header, credentials) => {
    expect(parseAuthorization(header)).toEqual(credentials)
  })
})

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.9', '::1', '[::1]', '::ffff:127.0.0.1'])('%s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })
  it.each([
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.example.org',
    'localhost.example.org',
    '1127.0.0.1',
    '::ffff:10.0.0.1',
  ])('not %j', (host) => expect(isLoopback(host)).toBe(false))
})
