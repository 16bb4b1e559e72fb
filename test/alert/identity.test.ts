/** Which alert a received one is when senders hash otherwise or two label sets share a fingerprint. */
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/alert/fingerprint.ts'
import { identify, ownKey } from '../../src/alert/identity.ts'
import { labelsText, toLabels } from '../../src/alert/labels.ts'

const checkout = received({ alertname: 'Down', service: 'checkout' })
const ledger = received({ alertname: 'Down', service: 'ledger' })

function received(raw: object, sent?: string) {
  const labels = toLabels(raw)
  return { labels, labelsText: labelsText(labels), fingerprint: sent ?? fingerprint(labels) }
}

function knownAs(entries: Record<string, { labelsText: string }>) {
  return (key: string) => (Object.hasOwn(entries, key) ? entries[key] : undefined)
}

const nothing = knownAs({})

describe('identify', () => {
  it('takes the fingerprint of Alertmanager, which agrees with the labels', () => {
    expect(identify(checkout, nothing)).toEqual({ fingerprint: checkout.fingerprint, differs: false })
  })

  it('trusts a fingerprint that was hashed otherwise, and says so', () => {
    expect(identify({ ...checkout, fingerprint: 'abc' }, nothing)).toEqual({ fingerprint: 'abc', differs: true })
  })

  it('computes nothing for an alert already known under its fingerprint', () => {
    expect(identify({ ...checkout, fingerprint: 'abc' }, knownAs({ abc: checkout }))).toEqual({
      fingerprint: 'abc',
      differs: null,
    })
  })

  it('keys other labels under one fingerprint by their own FNV-1a', () => {
    expect(identify({ ...ledger, fingerprint: 'abc' }, knownAs({ abc: checkout }))).toEqual({
      fingerprint: ledger.fingerprint,
      differs: true,
    })
  })

  it('keeps that key when the first alert under the fingerprint is gone', () => {
    const known = knownAs({ [ledger.fingerprint]: ledger })
    expect(identify({ ...ledger, fingerprint: 'abc' }, known).fingerprint).toBe(ledger.fingerprint)
  })

  it('leaves a fingerprint to the first alert while others live under their own keys', () => {
    const known = knownAs({ abc: checkout, [ledger.fingerprint]: ledger })
    expect(identify({ ...checkout, fingerprint: 'abc' }, known).fingerprint).toBe('abc')
  })

  it('keeps two label sets apart even where the FNV-1a itself is taken by other labels', () => {
    const key = ownKey(ledger.fingerprint, ledger.fingerprint)
    expect(key).not.toBe(ledger.fingerprint)
    expect(identify(ledger, knownAs({ [ledger.fingerprint]: checkout })).fingerprint).toBe(key)
    expect(identify(ledger, knownAs({ [key]: ledger })).fingerprint).toBe(key)
  })
})
