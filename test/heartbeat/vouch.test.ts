/** When the router may tell the outside that all is well, and what it says of a heartbeat that is not. */
import { expect, it } from 'vitest'
import type { HeartbeatState } from '../../src/heartbeat/heartbeat.ts'
import { missingAlert, missingLabels } from '../../src/heartbeat/missing.ts'
import { whyNotVouch } from '../../src/heartbeat/vouch.ts'
import { heartbeat, routingOf } from './documents.ts'

const MINUTE = 60_000
const NOW = Date.parse('2026-11-20T12:00:00Z')
const present: HeartbeatState = { beatAt: NOW - MINUTE, dueAt: NOW, missing: false }
const missing: HeartbeatState = { beatAt: NOW - MINUTE, dueAt: NOW, missing: true }
const { expected } = routingOf({
  ops: { heartbeats: [heartbeat('alertname="Watchdog",cluster="a"', 'a'), heartbeat('alertname="Watchdog"', 'b')] },
})

function why(states: Readonly<Record<string, HeartbeatState>>, audited = true, all = expected.all): string | null {
  return whyNotVouch(all, { known: (_team, name) => states[name] }, audited, NOW)
}

it.each<[string, string | null, string | null]>([
  ['all beat', why({ a: present, b: present }), null],
  ['one is missing', why({ a: present, b: missing }), 'heartbeat b of team ops did not come in time'],
  ['two are', why({ a: missing, b: missing }), 'heartbeat a of team ops and 1 more did not come in time'],
  ['one never came', why({ a: present }), 'heartbeat b of team ops did not come in time'],
  [
    'one came longer ago than twice its time',
    why({ a: present, b: { ...present, beatAt: NOW - 2 * MINUTE - 1 } }),
    'heartbeat b of team ops did not come in time',
  ],
  [
    'the self-audit did not pass',
    why({ a: present, b: present }, false),
    'the last self-audit failed, or is more than 2 min ago',
  ],
  ['none is expected', why({}, true, []), 'no team document has heartbeats, so nothing says that alerts can arrive'],
])('%s', (_, found, reason) => {
  expect(found).toBe(reason)
})

const [first] = expected.all
if (first === undefined) throw new Error('the document of this test has a heartbeat')

it.each<[string, HeartbeatState, 'ended' | 'silence', RegExp]>([
  [
    'came once',
    present,
    'silence',
    /^No alert with alertname="Watchdog", cluster="a" has come since 2026-11-20 11:59:00 UTC; it is expected every 1m\. Check that Prometheus /,
  ],
  [
    'never came',
    { ...present, beatAt: null },
    'silence',
    /has come since 2026-11-20 11:59:00 UTC, when it was first expected;/,
  ],
  ['is over', present, 'ended', /^Its alert \(alertname="Watchdog", cluster="a"\) was sent as resolved: /],
])('is told of when it %s', (_, state, because, description) => {
  const { labels, annotations } = missingAlert(first, state, because)
  expect(labels).toEqual({ alertname: 'HeartbeatMissing', team: 'ops', heartbeat: 'a', severity: 'critical' })
  expect(labels).toEqual(missingLabels('ops', 'a'))
  expect(annotations.summary).toBe('Heartbeat a of team ops is missing: its alerts may not come either.')
  expect(annotations.description).toMatch(description)
})
