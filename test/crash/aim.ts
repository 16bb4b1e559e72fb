/** Aims a kill at a window: from the outside, at an instant that makes the window likely. Evidence decides what was hit. */

import { setTimeout as delay } from 'node:timers/promises'
import type SqliteDriver from 'better-sqlite3'
import { hasOpenAttempt, openReader } from './evidence.ts'
import type { Program } from './program.ts'
import type { Receiver } from './receiver.ts'

/** `answered` is the instant at which a program that answers too early has the most to lose. */
export type Aim = 'random' | 'answered' | 'before-commit' | 'unanswered' | 'unsent' | 'unsettled'

/** A life is killed anyway when what it waits for does not come. */
const PATIENCE_MS = 2_000

/** How long the test process may stand still to hit an instant that no timer is fine enough for. */
const STANDSTILL_MS = 20

/** Random kills fall into starting as well, which takes about half a second. */
const RANDOM_KILL_MS = 1_000

/** Load before an aimed kill, at most; not always, for a life that has just begun has other work under way. */
const LOAD_FIRST_MS = 300

/** Answers are held back until so many messages are under way: what a crash costs at most is seen only then. */
const MOST_HELD = 5

export class Aimer {
  readonly #program: Program
  readonly #file: string
  #aim: Aim | null = null
  #reader: SqliteDriver.Database | null = null
  #heldAtMost = 1
  #struck: () => void = () => {}

  constructor(program: Program, file: string) {
    this.#program = program
    this.#file = file
  }

  /** Lets the life that was just started run until its moment, and kills it. `deaf` is the receiver it cannot reach. */
  async strike(aim: Aim, deaf: Receiver | null): Promise<void> {
    if (aim === 'random') {
      await delay(Math.random() * RANDOM_KILL_MS)
      return this.#program.kill()
    }
    await this.#program.ready()
    try {
      this.#reader = openReader(this.#file)
      if (aim === 'unsent') await this.#untilStarted(deaf)
      else await this.#armed(aim)
    } finally {
      this.#aim = null
      this.#program.kill()
      this.#reader?.close()
      this.#reader = null
    }
  }

  /** A post was handed to the system. */
  sent(): void {
    if (this.#aim === 'before-commit') {
      standStill(() => false, Math.floor(Math.random() * 8) * 0.05)
      this.#kill()
    } else if (this.#aim === 'unanswered' && this.#reader !== null) {
      // A commit shows to readers before its answers are written: kill between the two.
      const lastRequest = this.#reader.prepare('select max(id) from request').pluck()
      const before = lastRequest.get()
      if (standStill(() => lastRequest.get() !== before, STANDSTILL_MS)) this.#kill()
    }
  }

  /** A post was answered. */
  answered(): void {
    if (this.#aim === 'answered') this.#kill()
  }

  /** A message reached its receiver, which holds `held` back. True to leave it without answer. */
  arrived(held: number): boolean {
    if (this.#program.killed) return true
    if (this.#aim !== 'unsettled') return false
    if (held >= this.#heldAtMost) this.#kill()
    return true
  }

  async #armed(aim: Aim): Promise<void> {
    await delay(Math.random() * LOAD_FIRST_MS)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#struck = resolve
    this.#heldAtMost = 1 + Math.floor(Math.random() * MOST_HELD)
    this.#aim = aim
    const patience = new AbortController()
    await Promise.race([promise, delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
    patience.abort()
  }

  async #untilStarted(deaf: Receiver | null): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (deaf !== null && this.#reader !== null && performance.now() < deadline) {
      if (hasOpenAttempt(this.#reader, deaf)) return
      await delay(5)
    }
  }

  #kill(): void {
    this.#aim = null
    this.#program.kill()
    this.#struck()
  }
}

/** Keeps the processor until `done` or for `forMs`; true if done. Answers that come meanwhile are read afterwards. */
function standStill(done: () => boolean, forMs: number): boolean {
  const end = performance.now() + forMs
  do {
    if (done()) return true
  } while (performance.now() < end)
  return false
}
