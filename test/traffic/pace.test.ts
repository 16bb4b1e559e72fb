/** Requests begin when they are due, whatever becomes of those before. */
import { expect, it } from 'vitest'
import { startPace } from '../../src/traffic/pace.ts'
import { FakeClock } from '../harness/clock.ts'

const settle = () => new Promise<void>((done) => setImmediate(done))

function paced(rate: number, mostInFlight: number, work: () => Promise<void> = async () => {}) {
  const clock = new FakeClock()
  const began: number[] = []
  let leftOut = 0
  const zero = clock.now()
  const pace = startPace({
    clock,
    rate,
    mostInFlight,
    work: () => {
      began.push(clock.now() - zero)
      return work()
    },
    leftOut: () => leftOut++,
  })
  return { clock, pace, began, leftOut: () => leftOut, pass: (ms: number) => clock.advance(ms, settle) }
}

it.each([
  [1, 10],
  [20, 200],
  [0.5, 5],
  [333, 3_330],
])('%d a second are %i in ten seconds, evenly', async (rate, expected) => {
  const { began, pass, leftOut } = paced(rate, 1_000)
  await pass(10_020)
  expect(Math.abs(began.length - expected)).toBeLessThanOrEqual(Math.ceil(rate * 0.03))
  const firstHalf = began.filter((at) => at <= 5_010).length
  expect(Math.abs(firstHalf - expected / 2)).toBeLessThanOrEqual(Math.ceil(rate * 0.03) + 1)
  expect(leftOut()).toBe(0)
})

it('does not wait for a slow server, and does not pile up without bound', async () => {
  const stuck = Promise.withResolvers<void>()
  const { began, pace, pass, leftOut } = paced(20, 30, () => stuck.promise)
  await pass(1_000)
  expect(began.length).toBeGreaterThanOrEqual(19)
  await pass(9_000)
  expect(pace.inFlight).toBe(30)
  expect(began.length).toBe(30)
  expect(leftOut()).toBeGreaterThanOrEqual(165)
  stuck.resolve()
  await pass(1_000)
  expect(began.length).toBeGreaterThanOrEqual(48)
})

it('sends nothing while paused, and does not catch up', async () => {
  const { began, pace, pass } = paced(20, 100)
  await pass(1_000)
  pace.pause()
  const before = began.length
  await pass(60_000)
  expect(began.length).toBe(before)
  pace.resume()
  await pass(1_000)
  expect(began.length - before).toBeLessThanOrEqual(21)
  expect(began.length - before).toBeGreaterThanOrEqual(19)
})

it('catches up with at most a second after its process stood still', async () => {
  const { clock, began, pass } = paced(20, 100)
  await pass(1_000)
  const before = began.length
  // Timers that are late by an hour: the next tick finds it passed.
  const now = clock.now.bind(clock)
  clock.now = () => now() + 3_600_000
  await pass(40)
  expect(began.length - before).toBeLessThanOrEqual(22)
})

it('stops when all that was begun has ended', async () => {
  const slow = Promise.withResolvers<void>()
  const { clock, pace, pass } = paced(20, 100, () => slow.promise)
  await pass(500)
  let stopped = false
  const stopping = pace.stop().then(() => {
    stopped = true
  })
  await settle()
  expect(stopped).toBe(false)
  slow.resolve()
  await stopping
  expect(clock.pending()).toEqual([])
})
