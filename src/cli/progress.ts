/** Says from time to time how far something long has come. */
import { systemClock } from '../clock.ts'
import type { Progress } from '../db/backup.ts'

const EVERY_MS = 1_000

/** Lines such as `Copied: 40 %`, at most one a second, so that what is quick says nothing. */
export function progressLines(what: string, complain: (line: string) => void): Progress {
  let next = systemClock.now() + EVERY_MS
  return (done) => {
    if (systemClock.now() < next) return
    next = systemClock.now() + EVERY_MS
    complain(`${what}: ${Math.floor(done * 100)} %`)
  }
}
