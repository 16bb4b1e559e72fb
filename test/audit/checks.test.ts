/** The checks of the self-audit as a table: figures in, what does not hold out. */
import { expect, it } from 'vitest'
import { checkNames, type Figures, findingsOf } from '../../src/audit/checks.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const NOW = 1_000 * MINUTE
const counts = { episodes: 3, groups: 2, notifications: 1 }

const well: Figures = {
  now: NOW,
  since: 0,
  sendableSince: null,
  flushDueAt: null,
  heartbeatDueAt: null,
  openAttempts: 0,
  lostAlerts: 0,
  unaccountedAlerts: 0,
  inMemory: counts,
  inTables: { ...counts },
}

function found(figures: Partial<Figures>): string[] {
  return findingsOf({ ...well, ...figures }).map(({ check, detail }) => `${check}: ${detail}`)
}

it.each<[string, Partial<Figures>, string[]]>([
  ['nothing waits', {}, []],
  [
    'everything waits as long as it may',
    { sendableSince: NOW - 10 * MINUTE, flushDueAt: NOW - MINUTE, heartbeatDueAt: NOW - MINUTE },
    [],
  ],
  ['everything is due later', { sendableSince: NOW + 1, flushDueAt: NOW + 1, heartbeatDueAt: NOW + 1 }, []],
  [
    'a notification waits longer',
    { sendableSince: NOW - 10 * MINUTE - SECOND },
    ['notifications-overdue: A notification could have been sent 10m1s ago and was not.'],
  ],
  [
    'a group waits longer',
    { flushDueAt: NOW - MINUTE - 1 },
    ['flush-overdue: A group wanted to decide whom it tells 1m ago and did not.'],
  ],
  [
    'a heartbeat waits longer',
    { heartbeatDueAt: NOW - 90 * SECOND },
    ['heartbeat-overdue: A heartbeat was missing 1m30s ago, and nobody was told.'],
  ],
  ['they waited while we were away', { since: NOW - MINUTE, sendableSince: 0, flushDueAt: 0, heartbeatDueAt: 0 }, []],
  [
    'an attempt has no end',
    { openAttempts: 2 },
    [
      'attempts-open: 2 attempts to send began more than 20 s ago and have no outcome: it may be impossible to write them.',
    ],
  ],
  [
    'alerts lead nowhere',
    { lostAlerts: 7 },
    ['alerts-lost: 7 open alerts are in no group, though a route takes them.'],
  ],
  [
    'alerts left no trace',
    { unaccountedAlerts: 1 },
    ['alerts-unaccounted: 1 received alerts neither opened, closed nor repeated anything.'],
  ],
  [
    'memory and tables are apart',
    { inMemory: { episodes: 4, groups: 2, notifications: 0 } },
    ['memory-differs: Memory holds 4 episodes for 3, 0 notifications for 1 in the tables.'],
  ],
])('%s', (_, figures, findings) => {
  expect(found(figures)).toEqual(findings)
})

it('tells everything at once', () => {
  const all = findingsOf({
    ...well,
    ...{ sendableSince: 0, flushDueAt: 0, heartbeatDueAt: 0, openAttempts: 1, lostAlerts: 1, unaccountedAlerts: 1 },
    inTables: { episodes: 0, groups: 0, notifications: 0 },
  })
  expect(all.map(({ check }) => check)).toEqual(checkNames)
})
