/** Tokens made at run time: taken from the commit that makes them until the one that revokes them, over restarts. */
import { describe, expect, it } from 'vitest'
import { type NewToken, newTokenJson, toNewToken } from '../../src/access/new-token.ts'
import { parseSecret, SECRET_BYTES } from '../../src/access/secret.ts'
import { TokenRegister } from '../../src/access/token-register.ts'
import { environmentTokens } from '../../src/access/tokens.ts'
import type { Database } from '../../src/db/database.ts'
import { openForTest, stores } from '../stores.ts'

const HOUR = 3_600_000
const environment = environmentTokens({ ingest: null, ingestPrevious: null, read: 'from-the-environment', admin: null })

let made = 0
/** Bytes that differ from token to token. */
const bytes = () => Buffer.alloc(SECRET_BYTES, ++made)

const wanted = (more: Partial<NewToken> = {}): NewToken => ({
  name: 'dashboard',
  verbs: ['read'],
  teams: ['payments'],
  expiresAt: null,
  lifetimeMs: null,
  ...more,
})

describe.each(stores)('on $name', (store) => {
  async function open() {
    const { db, clock } = await openForTest(store)
    const register = new TokenRegister(db, environment)
    await register.load()
    /** Another one on the same tables, as after a restart. */
    const restarted = async () => {
      const fresh = new TokenRegister(db, environment)
      await fresh.load()
      return fresh
    }
    return { db, clock, register, restarted, advance: (ms: number) => clock.advance(ms, async () => {}) }
  }

  it('finds a token by its secret, in this process and the next', async () => {
    const { register, restarted } = await open()
    const { secret, token } = await register.make(wanted(), bytes())
    expect(secret).toMatch(/^ar_1_[\w-]{43}$/)
    const caller = { name: 'dashboard', verbs: ['read'], teams: ['payments'] }
    expect(register.find(secret)).toEqual(caller)
    expect((await restarted()).find(secret)).toEqual(caller)
    expect(token).toMatchObject({ id: 1, name: 'dashboard', lastUsedAt: null })
  })

  it('finds the tokens of the environment beside them', async () => {
    const { register } = await open()
    expect(register.find('from-the-environment')).toMatchObject({ name: 'read', teams: null })
    expect(register.isGuarded('read')).toBe(true)
  })

  it('a stored token guards nothing: its end must not open what it protected', async () => {
    const { register } = await open()
    await register.make(wanted({ verbs: ['admin'], teams: null }), bytes())
    expect(register.isGuarded('admin')).toBe(false)
  })

  it.each([
    ['another random part', (s: string) => s.slice(0, -1) + (s.endsWith('A') ? 'B' : 'A')],
    ['the id of another token', (s: string) => s.replace('ar_1_', 'ar_2_')],
    ['the id of no token', (s: string) => s.replace('ar_1_', 'ar_77_')],
    ['a padded id', (s: string) => s.replace('ar_1_', 'ar_01_')],
    ['only the random part', (s: string) => s.slice('ar_1_'.length)],
    ['more behind it', (s: string) => `${s}=`],
    ['the id as a name of JavaScript', (s: string) => s.replace('ar_1_', 'ar___proto___')],
    ['nothing', () => ''],
  ])('does not know %s', async (_what, spoil) => {
    const { register } = await open()
    const { secret } = await register.make(wanted(), bytes())
    await register.make(wanted({ name: 'other' }), bytes())
    expect(register.find(spoil(secret))).toBe('unknown')
  })

  it('keeps neither the secret nor its random part', async () => {
    const { db, register } = await open()
    const { secret } = await register.make(wanted(), bytes())
    const rows = JSON.stringify(await db.reader.all({ sql: 'select * from token', text: '', values: [] }))
    const random = secret.slice('ar_1_'.length)
    for (const form of [random, Buffer.from(random, 'base64url').toString('hex')]) expect(rows).not.toContain(form)
  })

  it('refuses a revoked token at once, and after a restart', async () => {
    const { register, restarted, clock } = await open()
    const { secret, token } = await register.make(wanted(), bytes())
    expect(await register.revoke(token.id)).toMatchObject({ revokedAt: clock.now() })
    expect(register.find(secret)).toBe('revoked')
    expect((await restarted()).find(secret)).toBe('revoked')
  })

  it('revokes once: a second time keeps the first moment', async () => {
    const { register, advance } = await open()
    const { token } = await register.make(wanted(), bytes())
    const first = await register.revoke(token.id)
    await advance(HOUR)
    expect(await register.revoke(token.id)).toEqual(first)
    await expect(register.revoke(99)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    ['after its lifetime', { lifetimeMs: HOUR }],
    ['at its end', { expiresAt: Date.parse('2026-11-20T13:00:00Z') }],
  ])('expires %s', async (_when, end) => {
    const { register, restarted, advance } = await open()
    const { secret } = await register.make(wanted(end), bytes())
    await advance(HOUR - 1)
    expect(register.find(secret)).toMatchObject({ name: 'dashboard' })
    await advance(1)
    expect(register.find(secret)).toBe('expired')
    expect((await restarted()).find(secret)).toBe('expired')
  })

  it('refuses an end that is past', async () => {
    const { register, clock } = await open()
    const making = register.make(wanted({ expiresAt: clock.now() }), bytes())
    await expect(making).rejects.toMatchObject({ code: 'invalid', fields: [{ path: 'body.expiresAt' }] })
  })

  it('gives a name to one token at a time, and again once that one is revoked', async () => {
    const { register } = await open()
    const both = [register.make(wanted(), bytes()), register.make(wanted(), bytes())]
    const [first, second] = await Promise.allSettled(both)
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
    await register.revoke(1)
    expect((await register.make(wanted(), bytes())).token.id).toBe(2)
  })

  it('rotates: both secrets are taken during the overlap, then the new one', async () => {
    const { register, restarted, advance } = await open()
    const old = await register.make(wanted({ lifetimeMs: 10 * HOUR }), bytes())
    await advance(5 * HOUR)
    const fresh = await register.rotate(old.token.id, HOUR, bytes())
    expect(fresh.token).toMatchObject({ name: 'dashboard', verbs: ['read'], teams: ['payments'] })
    for (const one of [register, await restarted()]) {
      expect(one.find(old.secret)).toEqual(one.find(fresh.secret))
    }
    await advance(HOUR)
    expect(register.find(old.secret)).toBe('expired')
    await advance(8 * HOUR)
    expect(register.find(fresh.secret)).toMatchObject({ name: 'dashboard' })
    await advance(HOUR)
    expect(register.find(fresh.secret)).toBe('expired')
  })

  it('an overlap does not prolong a token', async () => {
    const { register, advance } = await open()
    const old = await register.make(wanted({ lifetimeMs: HOUR }), bytes())
    await register.rotate(old.token.id, 24 * HOUR, bytes())
    await advance(HOUR)
    expect(register.find(old.secret)).toBe('expired')
  })

  it('rotates neither what is revoked nor what is replaced', async () => {
    const { register } = await open()
    const { token } = await register.make(wanted(), bytes())
    const next = await register.rotate(token.id, HOUR, bytes())
    await expect(register.rotate(token.id, HOUR, bytes())).rejects.toMatchObject({ code: 'conflict' })
    await register.revoke(next.token.id)
    await expect(register.rotate(next.token.id, HOUR, bytes())).rejects.toMatchObject({ code: 'conflict' })
    await expect(register.rotate(99, HOUR, bytes())).rejects.toMatchObject({ code: 'not_found' })
  })

  it('remembers nothing of a change that could not be kept', async () => {
    const { db, register } = await open()
    const { secret, token } = await register.make(wanted(), bytes())
    const full: Database = { ...db, transaction: () => Promise.reject(new Error('disk full')), reader: db.reader }
    const failing = new TokenRegister({ ...full, now: () => db.now() }, environment)
    await failing.load()
    await expect(failing.revoke(token.id)).rejects.toThrow('disk full')
    expect(failing.find(secret)).toMatchObject({ name: 'dashboard' })
    const lost = bytes()
    await expect(failing.make(wanted({ name: 'lost' }), lost)).rejects.toThrow('disk full')
    expect(failing.find(`ar_2_${lost.toString('base64url')}`)).toBe('unknown')
  })

  it('writes the last use in one commit a minute, however many requests there were', async () => {
    const { db, clock, register, restarted, advance } = await open()
    let commits = 0
    const counting: Database = {
      ...db,
      now: () => db.now(),
      reader: db.reader,
      transaction: (work, weight) => {
        commits++
        return db.transaction(work, weight)
      },
    }
    const { secret } = await register.make(wanted(), bytes())
    const other = await register.make(wanted({ name: 'other' }), bytes())
    const busy = new TokenRegister(counting, environment)
    await busy.load()
    for (let i = 0; i < 1_000; i++) busy.find(secret)
    await advance(1_000)
    busy.find(other.secret)
    expect(commits).toBe(0)
    expect((await busy.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([clock.now(), clock.now() - 1_000])
    expect(await busy.writeUse()).toBe(clock.now() + 60_000)
    expect(commits).toBe(1)
    await busy.writeUse()
    expect(commits).toBe(1)
    const stored = await (await restarted()).list()
    expect(stored.map(({ lastUsedAt }) => lastUsedAt)).toEqual([clock.now(), clock.now() - 1_000])
  })
})

describe('what a token may be', () => {
  const base = { name: 'dashboard', verbs: ['read'], teams: ['payments'] }

  it.each([
    [base, { name: 'dashboard', verbs: ['read'], teams: ['payments'], expiresAt: null, lifetimeMs: null }],
    [{ ...base, teams: ['*'] }, { teams: null }],
    [{ ...base, teams: ['b', 'a', 'b'] }, { teams: ['a', 'b'] }],
    [{ ...base, verbs: ['edit', 'read', 'edit'] }, { verbs: ['read', 'edit'] }],
    [
      { name: 'eu-1.prod_a', verbs: ['ingest'] },
      { verbs: ['ingest'], teams: null },
    ],
    [{ name: 'root', verbs: ['read', 'edit', 'admin'], teams: ['*'] }, { teams: null }],
    [{ ...base, expiresIn: '90d' }, { lifetimeMs: 90 * 24 * HOUR }],
    [{ ...base, expiresAt: '2027-01-31T00:00:00Z' }, { expiresAt: Date.parse('2027-01-31T00:00:00Z') }],
  ])('%j', (body, token) => {
    expect(toNewToken(newTokenJson.parse(body))).toMatchObject(token)
  })

  it.each([
    [{ ...base, name: 'alert-router' }, 'name', 'reserved'],
    [{ ...base, name: 'default' }, 'name', 'reserved'],
    [{ ...base, name: 'admin' }, 'name', 'reserved'],
    [{ ...base, name: '' }, 'name', 'lower-case'],
    [{ ...base, name: 'Payments' }, 'name', 'lower-case'],
    [{ ...base, name: '__proto__' }, 'name', 'lower-case'],
    [{ ...base, name: 'a"} 1\nx' }, 'name', 'lower-case'],
    [{ ...base, name: '12' }, 'name', 'a letter first'],
    [{ ...base, name: 'a'.repeat(64) }, 'name', 'at most 63'],
    [{ ...base, verbs: [] }, 'verbs', ''],
    [{ ...base, verbs: ['write'] }, 'verbs.0', 'ingest'],
    [{ name: 'a', verbs: ['read'] }, 'teams', 'is missing'],
    [{ ...base, teams: [] }, 'teams', ''],
    [{ ...base, teams: ['*', 'payments'] }, 'teams', 'stands for all'],
    [{ ...base, teams: ['Payments'] }, 'teams.0', 'must be *'],
    [{ ...base, verbs: ['read', 'admin'] }, 'teams', 'cannot limit admin'],
    [{ ...base, verbs: ['ingest'] }, 'teams', 'cannot limit ingest'],
    [{ ...base, expiresIn: '0' }, 'expiresIn', 'no duration'],
    [{ ...base, expiresIn: 'soon' }, 'expiresIn', 'no duration'],
    [{ ...base, expiresAt: 'tomorrow' }, 'expiresAt', 'no time'],
    [{ ...base, expiresAt: '0001-01-01T00:00:00Z' }, 'expiresAt', 'no time'],
    [{ ...base, expiresIn: '1d', expiresAt: '2027-01-31T00:00:00Z' }, 'expiresAt', 'keep one'],
    [{ ...base, expires_in: '1d' }, '', 'expires_in'],
  ])('not %j', (body, path, message) => {
    const { error } = newTokenJson.safeParse(body)
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path)
    expect(JSON.stringify(error?.issues)).toContain(message)
  })
})

it('a secret says its id, which need not be secret', () => {
  expect(parseSecret(`ar_12_${'x'.repeat(43)}`)).toMatchObject({ id: 12 })
})
