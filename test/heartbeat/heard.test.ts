/** What a request says of heartbeats: an alert's status and what it changed in, one word per heartbeat out. */
import { expect, it } from 'vitest'
import { toLabels } from '../../src/alert/labels.ts'
import type { Change } from '../../src/episode/episode.ts'
import { Heard } from '../../src/heartbeat/heard.ts'
import { heartbeat, routingOf } from './documents.ts'

const { expected } = routingOf({ ops: { heartbeats: [heartbeat('alertname="Watchdog"', 'w')] } })

type Said = readonly [fingerprint: string, status: 'firing' | 'resolved', change: Change['type'], isOpen: boolean]

function hear(...said: readonly Said[]): string[] {
  const heard = new Heard(expected)
  for (const [fingerprint, status, type, isOpen] of said) {
    heard.take(toLabels({ alertname: 'Watchdog', fingerprint }), fingerprint, status, [{ type } as Change], isOpen)
  }
  return [...heard.events()].map(
    ([
      {
        heartbeat: { name },
      },
      event,
    ]) => `${name} ${event}`,
  )
}

it.each<[string, readonly Said[], string[]]>([
  ['nothing', [], []],
  ['it fires', [['1', 'firing', 'open', true]], ['w beat']],
  ['it fires still', [['1', 'firing', 'repeat', true]], ['w beat']],
  ['a firing that comes late', [['1', 'firing', 'late-duplicate', false]], ['w beat']],
  ['it is over', [['1', 'resolved', 'close', false]], ['w ended']],
  ['it is over, and had not been seen before', [['1', 'resolved', 'record-closed', false]], ['w ended']],
  ['an end that was told before', [['1', 'resolved', 'late-duplicate', false]], []],
  ['the end of a life after which the next one fires', [['1', 'resolved', 'close', true]], []],
  [
    'one of two is over',
    [
      ['1', 'resolved', 'close', false],
      ['2', 'firing', 'repeat', true],
    ],
    ['w ended'],
  ],
  [
    'the same in the other order',
    [
      ['2', 'firing', 'repeat', true],
      ['1', 'resolved', 'close', false],
    ],
    ['w ended'],
  ],
  [
    'over and back',
    [
      ['1', 'resolved', 'close', false],
      ['1', 'firing', 'open', true],
    ],
    ['w beat'],
  ],
  [
    'there and over',
    [
      ['1', 'firing', 'open', true],
      ['1', 'resolved', 'close', false],
    ],
    ['w ended'],
  ],
])('%s', (_, said, events) => {
  expect(hear(...said)).toEqual(events)
})

it('does not concern alerts that are no heartbeats', () => {
  const heard = new Heard(expected)
  heard.take(toLabels({ alertname: 'Down' }), '1', 'firing', [{ type: 'late-duplicate' }], true)
  expect([...heard.events()]).toEqual([])
})
