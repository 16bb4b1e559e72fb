/** The judge: what was accepted against what is kept, and what each destination heard last against what is true. */
import type SqliteDriver from 'better-sqlite3'
import type { Message, Receiver, Word } from './receiver.ts'
import { type Life, lifeKey } from './sender.ts'

export interface Judgement {
  /** Lives that were accepted and are not in the database, or whose accepted end is not. */
  readonly lost: readonly string[]
  /** (life, destination) whose last word is not the truth, and lives that were kept twice. */
  readonly wrong: readonly string[]
  /** Messages that came again, by destination. */
  readonly duplicates: Readonly<Record<string, number>>
  /** Messages that came again without a crash in between, or more of them than one crash may cost. */
  readonly tooMany: readonly string[]
  readonly integrity: string
}

interface Episode {
  readonly id: number
  readonly key: string
  readonly endsAt: number | null
  /** Some flush released it, so that somebody was to be told. */
  readonly released: boolean
}

/** By life key; a life that was opened twice has two. */
type Episodes = ReadonlyMap<string, readonly Episode[]>

export function judge(db: SqliteDriver.Database, lives: readonly Life[], receivers: readonly Receiver[]): Judgement {
  const episodes = readEpisodes(db)
  const lost = lives.flatMap((life) => lossOf(life, episodes.get(life.key)?.at(-1)))
  const twice = [...episodes].flatMap(([key, all]) => (all.length > 1 ? [`${key} has ${all.length} episodes`] : []))
  const wrong = receivers.flatMap((receiver) => {
    const heard = lastWords(receiver, db, episodes)
    return lives.flatMap((life) =>
      life.team === receiver.team ? wrongWord(life, episodes.get(life.key)?.at(-1), receiver, heard.get(life.key)) : [],
    )
  })
  const repeats = receivers.map((receiver) => ({ receiver, repeats: repeatsOf(receiver) }))
  return {
    lost,
    wrong: [...twice, ...wrong],
    duplicates: Object.fromEntries(repeats.map(({ receiver, repeats }) => [nameOf(receiver), repeats.length])),
    tooMany: repeats.flatMap(({ receiver, repeats }) => excessOf(receiver, repeats)),
    integrity: String(db.pragma('integrity_check', { simple: true })),
  }
}

function lossOf(life: Life, episode: Episode | undefined): string[] {
  if (episode === undefined) return [`${life.key}: accepted, and not in the database`]
  if (life.endsAt !== episode.endsAt)
    return [`${life.key}: accepted as ended at ${life.endsAt}, kept ${episode.endsAt}`]
  return []
}

/** Silence is right only about a life that came and went within one wait. */
function wrongWord(
  life: Life,
  episode: Episode | undefined,
  to: Receiver,
  heard: Word['status'] | undefined,
): string[] {
  const truth = life.endsAt === null ? 'firing' : 'resolved'
  if (heard === truth) return []
  if (heard === undefined && truth === 'resolved' && episode?.released === false) return []
  return [`${nameOf(to)} heard ${heard ?? 'nothing'} of ${life.key} (episode ${episode?.id}), which is ${truth}`]
}

function lastWords(receiver: Receiver, db: SqliteDriver.Database, episodes: Episodes): Map<string, Word['status']> {
  const keys = new Map([...episodes.values()].flat().map((episode) => [episode.id, episode.key]))
  const heard = new Map<string, Word['status']>()
  for (const message of receiver.ledger) {
    for (const { key, status } of message.words ?? shownWords(message, receiver, db, keys)) heard.set(key, status)
  }
  return heard
}

/** What a Slack message showed: the snapshot of the notification that its last line names. */
function shownWords(
  message: Message,
  receiver: Receiver,
  db: SqliteDriver.Database,
  keys: ReadonlyMap<number, string>,
): Word[] {
  const row = db
    .prepare(`
      select snapshot, team, channel from notification join destination on destination.id = notification.destination_id
      where notification.id = ?`)
    .get(message.notificationId) as { snapshot: string; team: string; channel: string } | undefined
  if (row === undefined) throw new Error(`${nameOf(receiver)} was sent notification ${message.notificationId}: unknown`)
  if (row.team !== receiver.team || row.channel !== receiver.channel) {
    throw new Error(`notification ${message.notificationId} for ${row.team} reached ${nameOf(receiver)}`)
  }
  const { alerts, counts } = JSON.parse(row.snapshot) as { alerts: [number, string][]; counts: Record<string, number> }
  const whole = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (alerts.length < whole) throw new Error('a snapshot leaves alerts out: let the senders change fewer at a time')
  return alerts.map(([id, place]) => ({
    key: keys.get(id) ?? '',
    status: place === 'newlyFiring' || place === 'knownFiring' ? 'firing' : 'resolved',
  }))
}

/** For each message that came again, the life in which it had come before: the crash at that life's end is the reason. */
function repeatsOf({ ledger }: Receiver): { key: string; before: number; again: number }[] {
  const last = new Map<string, number>()
  return ledger.flatMap(({ idempotencyKey: key, life }) => {
    const before = last.get(key)
    last.set(key, life)
    return before === undefined ? [] : [{ key, before, again: life }]
  })
}

function excessOf(receiver: Receiver, repeats: ReturnType<typeof repeatsOf>): string[] {
  const withoutCrash = repeats.filter(({ before, again }) => before === again)
  const perCrash = Map.groupBy(repeats, ({ before }) => before)
  return [
    ...withoutCrash.map(({ key, again }) => `${nameOf(receiver)} got ${key} twice in life ${again}`),
    ...[...perCrash]
      .filter(([, these]) => these.length > receiver.maxInFlight)
      .map(([life, these]) => `${nameOf(receiver)} got ${these.length} messages again after the end of life ${life}`),
  ]
}

function readEpisodes(db: SqliteDriver.Database): Episodes {
  const rows = db.prepare('select id, fingerprint, starts_at, ends_at, memberships from episode').all() as {
    id: number
    fingerprint: string
    starts_at: number
    ends_at: number | null
    memberships: string
  }[]
  const episodes = rows.map((row): Episode => {
    const memberships = JSON.parse(row.memberships) as unknown[][]
    const released = memberships.length === 0 || memberships.some((membership) => membership.at(-1) !== 1)
    return { id: row.id, key: lifeKey(row.fingerprint, row.starts_at), endsAt: row.ends_at, released }
  })
  return Map.groupBy(episodes, (episode) => episode.key)
}

function nameOf({ team, channel }: Receiver): string {
  return `${team}/${channel}`
}
