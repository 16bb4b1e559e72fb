/** The rules of one heartbeat, as a table: state and event in, state and what is to be told out. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arm, type HeartbeatEvent, type HeartbeatState, isSteady, rearm, step } from '../../src/heartbeat/heartbeat.ts'

const EVERY = 300
const NOW = 1_000
const fresh = arm(NOW, EVERY)
const beaten: HeartbeatState = { beatAt: 800, dueAt: 1_100, missing: false }
const overdue: HeartbeatState = { beatAt: 700, dueAt: 1_000, missing: false }
const missing: HeartbeatState = { beatAt: 600, dueAt: 900, missing: true }
const beat: HeartbeatState = { beatAt: NOW, dueAt: NOW + EVERY, missing: false }

it('is expected from the moment on that it is armed', () => {
  expect(fresh).toEqual({ beatAt: null, dueAt: 1_300, missing: false })
})

it.each<[string, HeartbeatState, HeartbeatEvent, HeartbeatState, 'missing' | 'present' | null]>([
  ['beats for the first time', fresh, 'beat', beat, null],
  ['beats again', beaten, 'beat', beat, null],
  ['beats when it was due already', overdue, 'beat', beat, null],
  ['is back', missing, 'beat', beat, 'present'],
  ['is not due yet', beaten, 'look', beaten, null],
  ['is due', overdue, 'look', { ...overdue, missing: true }, 'missing'],
  ['is missing still', missing, 'look', missing, null],
  ['is over by its source', beaten, 'ended', { beatAt: 800, dueAt: NOW, missing: true }, 'missing'],
  ['is over before it ever came', fresh, 'ended', { beatAt: null, dueAt: NOW, missing: true }, 'missing'],
  ['is over when it is missing anyway', missing, 'ended', missing, null],
])('%s', (_, before, event, state, became) => {
  expect(step(before, event, NOW, EVERY)).toEqual({ state, became })
})

it('never comes: that is told too', () => {
  expect(step(fresh, 'look', fresh.dueAt - 1, EVERY).became).toBeNull()
  expect(step(fresh, 'look', fresh.dueAt, EVERY).became).toBe('missing')
})

it('gets its whole time again when we were away, unless it is missing already', () => {
  expect(rearm(overdue, 5_000, EVERY)).toEqual({ beatAt: 700, dueAt: 5_300, missing: false })
  expect(rearm(missing, 5_000, EVERY)).toBe(missing)
})

it.each<[string, HeartbeatState, boolean]>([
  ['has just come', beat, true],
  ['came within twice its time', { ...beat, beatAt: NOW - 2 * EVERY }, true],
  ['came longer ago', { ...beat, beatAt: NOW - 2 * EVERY - 1 }, false],
  ['never came', fresh, false],
  ['is missing', { ...beat, missing: true }, false],
])('what %s is steady: %s', (_, state, steady) => {
  expect(isSteady(state, NOW, EVERY)).toBe(steady)
})

describe('over any story', () => {
  const story = fc.array(
    fc.tuple(fc.constantFrom<HeartbeatEvent>('beat', 'ended', 'look'), fc.integer({ min: 0, max: 2 * EVERY })),
  )

  it('missing and present take turns, and what is told agrees with the state', () => {
    fc.assert(
      fc.property(story, (events) => {
        let now = 0
        let state = arm(now, EVERY)
        for (const [event, passed] of events) {
          now += passed
          const next = step(state, event, now, EVERY)
          expect(next.became).toBe(
            next.state.missing === state.missing ? null : next.state.missing ? 'missing' : 'present',
          )
          state = next.state
          if (event === 'beat') expect(state.missing).toBe(false)
          if (event === 'look') expect(state.missing || now < state.dueAt).toBe(true)
        }
      }),
    )
  })
})
