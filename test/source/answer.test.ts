/** What is read out of the API's answers, recorded from Alertmanager 0.25 and bent. */
import { describe, expect, it } from 'vitest'
import { readListed, readStatus } from '../../src/source/answer.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'

const status = {
  cluster: {
    name: '01M7Z1CSN86R9PMDD2BY3CR8DY',
    peers: [
      { address: '127.0.0.1:19795', name: '01M7Z1CSN86R9PMDD2BY3CR8DY' },
      { address: '127.0.0.1:19797', name: '01M7Z1CSNMC3Y8QQJHXZATQK32' },
    ],
    status: 'ready',
  },
  config: { original: 'route: {receiver: x}' },
  uptime: '2026-11-21T12:30:43.372Z',
  versionInfo: { version: '0.25.0' },
}

const labels = { alertname: 'A', instance: '}],[{"\\' }
const listed = {
  annotations: { summary: 's' },
  endsAt: '2026-11-21T12:35:45.877Z',
  fingerprint: fingerprintOf(labels),
  receivers: [{ name: 'x' }],
  startsAt: '2026-11-21T12:30:45.877Z',
  status: { inhibitedBy: [], silencedBy: [], state: 'active' },
  updatedAt: '2026-11-21T12:30:45.877Z',
  generatorURL: 'http://prometheus/graph',
  labels,
}

describe('readStatus', () => {
  it('knows the start and the members', () => {
    expect(readStatus(status)).toEqual({
      startedAt: Date.parse('2026-11-21T12:30:43.372Z'),
      member: '01M7Z1CSN86R9PMDD2BY3CR8DY',
      peers: ['01M7Z1CSN86R9PMDD2BY3CR8DY', '01M7Z1CSNMC3Y8QQJHXZATQK32'],
    })
  })

  it.each([
    ['without a cluster', { cluster: { peers: [], status: 'disabled' } }],
    ['without peers', { cluster: { status: 'disabled', peers: null } }],
    ['without a word of it', { cluster: undefined }],
  ])('%s', (_, bent) => {
    expect(readStatus({ ...status, ...bent })).toMatchObject({ member: null, peers: [] })
  })

  it('reads a start in local time', () => {
    const local = readStatus({ ...status, uptime: '2026-11-21T14:30:43.372123456+02:00' })
    expect(local.startedAt).toBe(Date.parse('2026-11-21T12:30:43.372Z'))
  })

  it.each([
    ['no start', { ...status, uptime: undefined }],
    ["Go's zero time", { ...status, uptime: '0001-01-01T00:00:00Z' }],
    ['a start in words', { ...status, uptime: 'Nov 20' }],
    ['a number', 5],
    ['a page', null],
    ['peers without name', { ...status, cluster: { peers: [{}] } }],
  ])('refuses %s', (_, bent) => {
    expect(() => readStatus(bent)).toThrow(SyntaxError)
  })
})

describe('readListed', () => {
  it('knows an alert by its fingerprint', () => {
    expect(readListed(listed).keys).toEqual([fingerprintOf(labels)])
  })

  it('knows an alert whose sender hashes otherwise by both hashes', () => {
    expect(readListed({ ...listed, fingerprint: 'abc' }).keys).toEqual(['abc', fingerprintOf(labels)])
  })

  it('hands over an active alert as if it had been received', () => {
    expect(readListed(listed).active(5)).toMatchObject({
      status: 'firing',
      labels,
      annotations: { summary: 's' },
      startsAt: Date.parse('2026-11-21T12:30:45.877Z'),
      endsAt: null,
      generatorUrl: 'http://prometheus/graph',
      fingerprint: fingerprintOf(labels),
    })
  })

  it.each(['suppressed', 'unprocessed'])('keeps one to itself that is %s', (state) => {
    expect(readListed({ ...listed, status: { ...listed.status, state } }).active(5)).toBeNull()
  })

  it('keeps one to itself that is beyond our limits, and knows it all the same', () => {
    const huge = readListed({ ...listed, labels: { alertname: 'x'.repeat(20_000) } })
    expect(huge.keys).toEqual([listed.fingerprint])
    expect(huge.active(5)).toBeNull()
  })

  it('takes names of JavaScript for names', () => {
    const odd = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>
    expect(readListed({ ...listed, fingerprint: 'f', labels: odd }).keys).toEqual(['f', fingerprintOf(odd)])
  })

  it.each([
    ['no fingerprint', { ...listed, fingerprint: undefined }],
    ['an empty fingerprint', { ...listed, fingerprint: '' }],
    ['no state', { ...listed, status: {} }],
    ['null', null],
  ])('refuses %s: an answer with an alert that cannot be told is not complete', (_, bent) => {
    expect(() => readListed(bent)).toThrow(SyntaxError)
  })
})
