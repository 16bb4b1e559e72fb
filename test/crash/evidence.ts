/** Finds out afterwards what a kill hit, from what each side holds: the sender's answers, the ledgers, the database. */
import SqliteDriver from 'better-sqlite3'
import type { Receiver } from './receiver.ts'
import type { Try } from './sender.ts'

/** Where a kill can fall, seen from the outside. */
export const windows = ['before-commit', 'unanswered', 'unsent', 'unsettled'] as const
export type Window = (typeof windows)[number]

interface NullAttempt {
  notification_id: number
  n: number
  team: string
  channel: string
}

/** Reads the file between two lives. */
export class Evidence {
  readonly #file: string
  #lastRequestId = 0
  /** Attempts without outcome that were seen after an earlier kill: a life that dies while starting leaves them so. */
  readonly #known = new Set<string>()

  constructor(file: string) {
    this.#file = file
  }

  /** The windows that the end of `life` fell into, and the posts that were answered 2xx but are not in the database. */
  examine(life: number, tries: readonly Try[], receivers: readonly Receiver[]): { hit: Set<Window>; lost: Try[] } {
    const { kept, open } = withReader(this.#file, (db) => this.#read(db))
    const hit = new Set<Window>()
    const lost: Try[] = []
    for (const one of tries) {
      if (one.life !== life) continue
      const isKept = kept.has(one.post.id)
      if (one.status === null) hit.add(isKept ? 'unanswered' : 'before-commit')
      else if (one.status < 300 && !isKept) lost.push(one)
    }
    for (const attempt of open) {
      const receiver = receivers.find((one) => one.team === attempt.team && one.channel === attempt.channel)
      const arrived = receiver?.ledger.some(
        (message) => message.life === life && message.notificationId === attempt.notification_id,
      )
      hit.add(arrived === true ? 'unsettled' : 'unsent')
    }
    return { hit, lost }
  }

  #read(db: SqliteDriver.Database): { kept: Set<string>; open: NullAttempt[] } {
    const rows = db.prepare('select id, group_key from request where id > ? order by id').all(this.#lastRequestId)
    const requests = rows as { id: number; group_key: string }[]
    this.#lastRequestId = requests.at(-1)?.id ?? this.#lastRequestId
    const open = db.prepare(openAttempts).all() as NullAttempt[]
    const fresh = open.filter(({ notification_id, n }) => !this.#known.has(`${notification_id}/${n}`))
    for (const { notification_id, n } of fresh) this.#known.add(`${notification_id}/${n}`)
    return { kept: new Set(requests.map((row) => row.group_key)), open: fresh }
  }
}

const openAttempts = `
  select attempt.notification_id, attempt.n, destination.team, destination.channel
  from attempt
  join notification on notification.id = attempt.notification_id
  join destination on destination.id = notification.destination_id
  where attempt.outcome is null and notification.state = 'pending'`

/** True once the router began an attempt to `receiver` that has no outcome. */
export function hasOpenAttempt(db: SqliteDriver.Database, receiver: Receiver): boolean {
  const found = db.prepare(`${openAttempts} and destination.team = ? and destination.channel = ?`)
  return found.get(receiver.team, receiver.channel) !== undefined
}

/** Opens for reading only, and closes before the next life: that one must be the first to find what the kill left. */
export function withReader<T>(file: string, read: (db: SqliteDriver.Database) => T): T {
  const db = openReader(file)
  try {
    return read(db)
  } finally {
    db.close()
  }
}

export function openReader(file: string): SqliteDriver.Database {
  return new SqliteDriver(file, { readonly: true, fileMustExist: true })
}
