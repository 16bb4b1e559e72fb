/** Random stories for property tests: what the outside world may do to a router, and what its receivers then believe. */
import fc from 'fast-check'
import type { Outcome } from '../src/channel/channel.ts'
import type { MetaAlert } from '../src/meta-alert/meta-alert.ts'
import { clear } from '../src/meta-alert/raise.ts'
import { redriveAll } from '../src/notification/redrive.ts'
import { versions } from './random-documents.ts'
import { openRig, type Posted, type Rig, type Sending } from './rig.ts'
import { listOnly } from './source/listing.ts'
import type { TestedStore } from './stores.ts'

/** `late`: a firing of the life that is over. `again`: the last resolve once more, with a slightly later end. */
type Word = 'fire' | 'resolve' | 'late' | 'again'

export type Operation =
  | { readonly op: 'post'; readonly said: readonly (readonly [alert: number, word: Word])[] }
  | { readonly op: 'advance'; readonly ms: number }
  | { readonly op: 'flush' }
  | { readonly op: 'claim' }
  /** Ends one attempt under way; `arrived` says whether an unknown one did. */
  | { readonly op: 'end'; readonly which: number; readonly outcome: Outcome; readonly arrived: boolean }
  | { readonly op: 'documents'; readonly version: number }
  | { readonly op: 'keepHouse' }
  | { readonly op: 'redrive'; readonly which: number }
  /** The source is asked: it lists these alerts and no others. */
  | { readonly op: 'list'; readonly alerts: readonly number[] }

const alerts = [
  { alertname: 'Down', service: 'web', severity: 'page' },
  { alertname: 'Down', service: 'web', severity: 'info' },
  { alertname: 'Slow', service: 'db', severity: 'page' },
  { alertname: 'Down', service: 'db', severity: 'info' },
]

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Word>('fire') },
  { weight: 5, arbitrary: fc.constant<Word>('resolve') },
  { weight: 1, arbitrary: fc.constantFrom<Word>('late', 'again') },
)

const post = fc.record({
  op: fc.constant('post' as const),
  said: fc.array(fc.tuple(fc.nat({ max: alerts.length - 1 }), word), { minLength: 1, maxLength: 3 }),
})

const end = fc.record({
  op: fc.constant('end' as const),
  which: fc.nat({ max: 5 }),
  outcome: fc.constantFrom<Outcome>('delivered', 'delivered', 'transient', 'permanent', 'unknown'),
  arrived: fc.boolean(),
})

const list = fc.record({
  op: fc.constant('list' as const),
  alerts: fc.uniqueArray(fc.nat({ max: alerts.length - 1 })),
})

const advance = fc.record({
  op: fc.constant('advance' as const),
  ms: fc.constantFrom(1_000, 6_000, 61_000, 11 * 60_000, 5 * 3_600_000),
})

/** Any operation; documents change in some stories only. */
function operation(documents: boolean): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 6, arbitrary: post },
    { weight: 4, arbitrary: advance },
    { weight: 4, arbitrary: fc.constant({ op: 'flush' as const }) },
    { weight: 4, arbitrary: fc.constant({ op: 'claim' as const }) },
    { weight: 5, arbitrary: end },
    { weight: 1, arbitrary: fc.constant({ op: 'keepHouse' as const }) },
    { weight: 4, arbitrary: list },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('redrive' as const), which: fc.integer({ min: 1, max: 8 }) }) },
    {
      weight: documents ? 3 : 0,
      arbitrary: fc.record({ op: fc.constant('documents' as const), version: fc.nat({ max: versions.length - 1 }) }),
    },
  )
}

export function operations(options: { documents: boolean }): fc.Arbitrary<Operation[]> {
  return fc.array(operation(options.documents), { minLength: 1, maxLength: 40 })
}

/** Lives a story on a store of its own, looks at it after every operation, and at its end. */
export async function live(
  store: TestedStore,
  story: readonly Operation[],
  look: (run: RandomRun, last: Operation) => Promise<void>,
  finish: (run: RandomRun) => Promise<void> = async () => {},
): Promise<void> {
  const rig = await openRig(store)
  try {
    const run = new RandomRun(rig)
    await rig.documents(versions[0] ?? {})
    for (const operation of story) {
      await run.do(operation)
      await look(run, operation)
    }
    await finish(run)
  } finally {
    for (const sending of [...rig.sending]) await sending.end('delivered')
    await rig.close()
  }
}

/** One story as it is lived: the source's alerts, the receivers' inboxes. */
export class RandomRun {
  readonly rig: Rig
  readonly receivers = new Receivers()
  readonly #lives = new Map<number, { startsAt: number; endsAt: number | null }>()

  constructor(rig: Rig) {
    this.rig = rig
  }

  async do(operation: Operation): Promise<void> {
    const { rig } = this
    switch (operation.op) {
      case 'post':
        await rig.advance(1)
        await rig.post(...operation.said.map(([alert, word]) => this.#posted(alert, word)))
        break
      case 'advance':
        return rig.advance(operation.ms)
      case 'flush':
        await rig.flush()
        break
      case 'claim':
        await rig.claim()
        break
      case 'redrive':
        await redriveAll(rig.pipeline, operation.which)
        break
      case 'end': {
        const sending = [...rig.sending][operation.which % Math.max(1, rig.sending.size)]
        if (sending !== undefined) await this.end(sending, operation.outcome, operation.arrived)
        break
      }
      case 'documents':
        for (const { message, destination } of rig.sending) this.receivers.doubt(destination.id, message)
        await rig.documents(versions[operation.version] ?? {})
        break
      case 'list': {
        await rig.advance(1)
        const startsAt = (alert: number) => this.#lives.get(alert)?.startsAt ?? rig.clock.now()
        await listOnly(
          rig,
          operation.alerts.map((alert) => ({ labels: alerts[alert] ?? {}, startsAt: startsAt(alert) })),
        )
        break
      }
      case 'keepHouse':
        await rig.keepHouse()
    }
  }

  async end(sending: Sending, outcome: Outcome, arrived: boolean): Promise<void> {
    const { message, destination } = sending
    if (outcome === 'unknown') this.receivers.doubt(destination.id, message)
    if (outcome === 'delivered' || (outcome === 'unknown' && arrived)) this.receivers.take(destination.id, message)
    if (outcome === 'permanent') this.receivers.refuse(destination.id, message)
    await sending.end(outcome)
  }

  /** The source says that everything is over. */
  async resolveAll(): Promise<void> {
    await this.rig.advance(1)
    const open = [...this.rig.store.episodes.everyLive()].filter((episode) => episode.status === 'open')
    const now = this.rig.clock.now()
    const posted: Posted[] = []
    const troubles: MetaAlert[] = []
    for (const { sourceId, labelsText, startsAt, fingerprint } of open) {
      const labels = JSON.parse(labelsText) as MetaAlert['labels']
      if (sourceId === this.rig.store.ownSourceId) troubles.push({ labels, annotations: {} })
      else posted.push({ labels, startsAt, endsAt: now, fingerprint })
    }
    if (posted.length > 0) await this.rig.post(...posted)
    await this.rig.db.transaction((tx) => clear(this.rig.pipeline, tx, troubles))
  }

  /** Receivers work, nothing new happens: lets time pass until nothing is due within `withinMs`. */
  async quieten(withinMs: number): Promise<void> {
    const { rig } = this
    for (let rounds = 0; rounds < 100; rounds++) {
      await rig.flush()
      await rig.claim()
      for (const sending of [...rig.sending]) await this.end(sending, 'delivered', true)
      const now = rig.clock.now()
      const due = [rig.store.groups.nextDueAt(), rig.store.outbox.nextReadyAt(now, rig.pipeline)].filter(
        (at) => at !== null,
      )
      if (rig.store.outbox.hasWaiting(now, rig.pipeline)) continue
      const next = Math.min(...due)
      if (due.length === 0 || next > now + withinMs) return
      await rig.advance(Math.max(0, next - now))
    }
    throw new Error('it never becomes quiet')
  }

  #posted(alert: number, word: Word): Posted {
    const labels = alerts[alert] ?? {}
    const now = this.rig.clock.now()
    const life = this.#lives.get(alert)
    if (word === 'fire') {
      const startsAt = life?.endsAt === null ? life.startsAt : now
      this.#lives.set(alert, { startsAt, endsAt: null })
      return { labels, startsAt }
    }
    if (word === 'late') return { labels, startsAt: life?.startsAt ?? now }
    const startsAt = life?.startsAt ?? now
    const endsAt = word === 'again' && life?.endsAt ? life.endsAt + 5 : now
    this.#lives.set(alert, { startsAt, endsAt })
    return { labels, startsAt, endsAt }
  }
}

/** What each destination heard of each episode. */
interface Heard {
  firing: number
  resolved: number
  /** An attempt that spoke of it may have arrived or not: it may be told again. */
  doubtful: boolean
  /** Its last message was refused for good. */
  refused: boolean
}

/** Keeps the inboxes and writes down everything that a person would call wrong. */
class Receivers {
  readonly wrong: string[] = []
  readonly #heard = new Map<string, Heard>()

  heard(destinationId: number, episodeId: number): Heard {
    const key = `${destinationId}:${episodeId}`
    const heard = this.#heard.get(key) ?? { firing: 0, resolved: 0, doubtful: false, refused: false }
    this.#heard.set(key, heard)
    return heard
  }

  take(destinationId: number, message: Sending['message']): void {
    for (const { episodeId, change, status } of message.alerts) {
      const heard = this.heard(destinationId, episodeId)
      const wrong = (what: string) => {
        if (!heard.doubtful) this.wrong.push(`destination ${destinationId}, episode ${episodeId}: ${what}`)
      }
      if (change === 'new' && heard.firing++ > 0) wrong('announced twice')
      if (change === 'new' && heard.resolved > 0) wrong('announced after its end')
      if (change === null && status === 'firing' && heard.firing === 0) wrong('shown as known but never announced')
      if (change === 'resolved' && heard.firing === 0) wrong('resolved but never announced')
      if (change === 'resolved' && heard.resolved++ > 0) wrong('resolved twice')
      if (change === 'missed' && heard.firing > 0) wrong('called missed after it was announced')
      heard.refused = false
    }
  }

  doubt(destinationId: number, message: Sending['message']): void {
    for (const { episodeId } of message.alerts) this.heard(destinationId, episodeId).doubtful = true
  }

  refuse(destinationId: number, message: Sending['message']): void {
    for (const { episodeId } of message.alerts) this.heard(destinationId, episodeId).refused = true
  }

  /** Everything of which a destination heard the beginning and not the end. */
  believedFiring(): { destinationId: number; episodeId: number; refused: boolean }[] {
    return [...this.#heard].flatMap(([key, { firing, resolved, refused }]) => {
      const [destinationId = 0, episodeId = 0] = key.split(':').map(Number)
      return firing > 0 && resolved === 0 ? [{ destinationId, episodeId, refused }] : []
    })
  }
}
