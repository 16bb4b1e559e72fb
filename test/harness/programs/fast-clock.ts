/** Loaded before a program: its clock and timers run ten times as fast, so that what it does once a minute can be seen. */

const SPEED = 10

const { now, setTimeout: setTimer } = { now: Date.now, setTimeout: globalThis.setTimeout }
const began = now()
Date.now = () => Math.floor(began + (now() - began) * SPEED)
globalThis.setTimeout = Object.assign(
  (callback: () => void, delay = 0, ...rest: []) => setTimer(callback, delay / SPEED, ...rest),
  setTimer,
)
