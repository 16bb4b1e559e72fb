/** Watches the room on the disk of the database: says in time that it runs out, and keeps a reserve for when it has. */
import type { Tx } from '../db/database.ts'
import type { Check } from '../http/health.ts'
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { keepTo } from '../meta-alert/raise.ts'
import type { Pipeline } from '../pipeline.ts'
import { defaultTeam } from '../team/ownership.ts'
import type { Watcher } from '../workers.ts'
import type { Ballast } from './ballast.ts'
import { formatBytes } from './bytes.ts'
import type { Space } from './space.ts'

const EVERY_MS = 10_000

/** A reserve that could not be made is tried again after this. */
const BALLAST_AGAIN_MS = 600_000

/** The trouble is over with this much more than the low-water mark, or it would come and go with every checkpoint. */
const ENOUGH = 1.1

const DISK_LOW = 'AlertRouterDiskLow'

export interface DiskParts {
  readonly pipeline: Pick<Pipeline, 'db' | 'store' | 'routing'>
  readonly space: () => Space
  /** Less free room than this, in bytes, is trouble. */
  readonly lowBytes: number
  readonly ballast: Ballast
  readonly log: {
    info(details: object, message: string): void
    warn(details: object, message: string): void
  }
}

export class DiskWatch {
  readonly watcher: Watcher = { name: 'watching the disk', run: () => this.#run() }
  readonly #parts: DiskParts
  #space: Space | null = null
  #isLow = false
  /** What the operators were last told; null before the first look. */
  #told: boolean | null = null
  #ballastAt = 0

  constructor(parts: DiskParts) {
    this.#parts = parts
  }

  /** As of the last look, at most 10 s ago; null before the first. */
  get space(): Space | null {
    return this.#space
  }

  /** For /readyz, which anybody may read. */
  check(): Check {
    if (this.#space === null) return { name: 'disk', ok: true, detail: 'not looked at yet' }
    const free = `${formatBytes(this.#space.free)} free`
    const low = `${free}, less than ${formatBytes(this.#parts.lowBytes)}: make room, or set another DISK_LOW`
    return { name: 'disk', ok: !this.#isLow, detail: this.#isLow ? low : free }
  }

  /** There was no room for a write: what is kept in reserve goes at once, so that the next one has some. */
  full(): void {
    const { ballast, log } = this.#parts
    try {
      if (ballast.release()) log.warn({}, 'the disk of the database is full: the ballast was deleted to make room')
    } catch (error) {
      log.warn({ err: error }, 'the disk of the database is full, and the ballast could not be deleted')
    }
  }

  async #run(): Promise<number> {
    const { pipeline, space, lowBytes } = this.#parts
    this.#space = space()
    const { free } = this.#space
    this.#isLow = free < (this.#isLow ? lowBytes * ENOUGH : lowBytes)
    await this.#keepBallast(free)
    if (this.#told !== this.#isLow) {
      const isLow = this.#isLow
      await pipeline.db.transaction((tx) => this.#tell(tx, isLow ? free : null))
      this.#told = isLow
    }
    return pipeline.db.now() + EVERY_MS
  }

  #tell(tx: Tx, lowWith: number | null): Promise<void> {
    const { pipeline, lowBytes } = this.#parts
    return keepTo(pipeline, tx, DISK_LOW, lowWith === null ? [] : [diskLow(lowWith, lowBytes)])
  }

  /** Only where it leaves room enough: a reserve that itself brings the trouble is none. */
  async #keepBallast(free: number): Promise<void> {
    const { pipeline, ballast, lowBytes, log } = this.#parts
    const now = pipeline.db.now()
    const missing = ballast.missing()
    if (missing === null || now < this.#ballastAt) return
    if (missing > 0 && free - missing < lowBytes * ENOUGH) {
      if (this.#told === null) {
        log.warn({ free, ballast: missing }, 'there is no ballast: the disk of the database has no room to spare')
      }
      return
    }
    try {
      await ballast.make()
      log.info(
        { bytes: missing },
        missing === 0 ? 'the ballast is not wanted any more and was deleted' : 'ballast is in place',
      )
    } catch (error) {
      this.#ballastAt = now + BALLAST_AGAIN_MS
      log.warn({ err: error }, 'the ballast could not be made; it is tried again in 10 min')
    }
  }
}

/** The same labels whatever the figures, so that it is one alert. */
function diskLow(free: number, lowBytes: number): MetaAlert {
  return {
    labels: { alertname: DISK_LOW, team: defaultTeam, severity: 'critical' },
    annotations: {
      summary: `The disk of the alert-router's database has only ${formatBytes(free)} left`,
      description:
        `Less than ${formatBytes(lowBytes)} (DISK_LOW) are free. Without room no alert can be taken: Alertmanager is then ` +
        'answered 503 and tries again, but alerts that come and go meanwhile are lost. ' +
        'Make room on the disk, or keep less history (RETENTION).',
    },
  }
}
