/** The fake clock's promises: order, exact instants, I/O that ends inside its instant, and no endless instant. */
import { expect, it } from 'vitest'
import { durationMs, FakeClock } from './clock.ts'

const settled = async () => {}

it('runs timers in order of their time, then of being set, each at its own instant', async () => {
  const clock = new FakeClock(0)
  const ran: [string, number][] = []
  clock.setTimer(2_000, () => ran.push(['late', clock.now()]))
  clock.setTimer(1_000, () => ran.push(['first', clock.now()]))
  clock.setTimer(1_000, () => ran.push(['second', clock.now()]))
  clock.setTimer(2_001, () => ran.push(['never', clock.now()]))
  await clock.advance(2_000, settled)
  expect(ran).toEqual([
    ['first', 1_000],
    ['second', 1_000],
    ['late', 2_000],
  ])
  expect(clock.now()).toBe(2_000)
  expect(clock.pending()).toEqual([1])
})

it('runs timers that other timers set on the way', async () => {
  const clock = new FakeClock(0)
  const ticks: number[] = []
  const tick = () => {
    ticks.push(clock.now())
    clock.setTimer(60_000, tick)
  }
  clock.setTimer(60_000, tick)
  await clock.advance(durationMs('4h'), settled)
  expect(ticks).toHaveLength(240)
  expect(ticks.at(-1)).toBe(4 * 3_600_000)
})

it('never runs a cancelled timer, and cancelling a timer that ran does nothing', async () => {
  const clock = new FakeClock(0)
  let ran = 0
  const cancelled = clock.setTimer(1, () => ran++)
  const kept = clock.setTimer(2, () => ran++)
  cancelled()
  await clock.advance(5, settled)
  kept()
  expect(ran).toBe(1)
})

it('lets real I/O that a timer started end before time moves on, and timers that it sets count from there', async () => {
  const clock = new FakeClock(0)
  const seen: number[] = []
  let underWay: Promise<void> = Promise.resolve()
  clock.setTimer(1_000, () => {
    underWay = new Promise<void>((done) => setImmediate(done)).then(() => {
      seen.push(clock.now())
      clock.setTimer(500, () => seen.push(clock.now()))
    })
  })
  clock.setTimer(1_200, () => seen.push(clock.now()))
  await clock.advance(2_000, () => underWay)
  expect(seen).toEqual([1_000, 1_200, 1_500])
})

it('says so when a timer re-arms itself without delay', async () => {
  const clock = new FakeClock(0)
  const again = () => {
    clock.setTimer(0, again)
  }
  again()
  await expect(clock.advance(1, settled)).rejects.toThrow(/re-arms itself/)
})

it.each([
  ['250ms', 250],
  ['5s', 5_000],
  ['1h30m', 5_400_000],
  ['1d', 86_400_000],
])('reads %s as %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

it.each(['', '5', '5 m', 'm', '-5m', '5M'])('refuses %j as a duration', (text) => {
  expect(() => durationMs(text)).toThrow(/not a duration/)
})
