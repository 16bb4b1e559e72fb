/** Audits the router from within, once a minute: what does not hold is told to the operators, and withholds our own heartbeat. */
import { labelsFromText } from '../alert/labels.ts'
import type { Tx } from '../db/database.ts'
import type { Episode } from '../episode/store.ts'
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { keepTo } from '../meta-alert/raise.ts'
import { ATTEMPT_DEADLINE_MS } from '../notification/outbox.ts'
import type { Pipeline } from '../pipeline.ts'
import { defaultTeam } from '../team/ownership.ts'
import { routedUnder } from '../team/store.ts'
import type { Watcher } from '../workers.ts'
import { type CheckName, type Figures, type Finding, findingsOf } from './checks.ts'
import { countLiving, countOpenAttempts } from './store.ts'

const EVERY_MS = 60_000

/** How long a passed audit vouches for the router. */
const GOOD_FOR_MS = 120_000

const ALERTNAME = 'AlertRouterSelfAuditFailed'

/** An audit that could not be made is no finding of a check. */
const CANNOT_AUDIT = 'audit-impossible'

export class SelfAudit {
  readonly watcher: Watcher = { name: 'the self-audit', run: () => this.run() }
  private readonly p: Pipeline
  private readonly unaccounted: () => number
  private since: number
  private lookedAt: number
  private dueAt: number
  /** What the last audit found: it counts when the next one finds it too, as a burst of work may look like trouble. */
  private suspected: ReadonlySet<CheckName> = new Set()
  private last: { readonly at: number; readonly failed: readonly string[] } | null = null

  /** `unaccounted` answers how many received alerts had no consequence at all. */
  constructor(p: Pipeline, unaccounted: () => number) {
    this.p = p
    this.unaccounted = unaccounted
    this.since = p.db.now()
    this.lookedAt = this.since
    this.dueAt = this.since + EVERY_MS
  }

  /** Whether the last audit found nothing and is fresh. */
  passed(now: number): boolean {
    return this.last !== null && this.last.failed.length === 0 && now - this.last.at <= GOOD_FOR_MS
  }

  /** Names of the checks that failed in the last audit; before the first one, and while it is fresh, none. */
  failed(now: number): readonly string[] {
    const { at, failed } = this.last ?? { at: this.since, failed: [] }
    return now - at <= GOOD_FOR_MS ? failed : [...failed, CANNOT_AUDIT]
  }

  private async run(): Promise<number> {
    const now = this.p.db.now()
    // Stopped or suspended: all that is overdue waited for us, and gets a minute.
    if (now - this.lookedAt > 2 * EVERY_MS) {
      this.since = now
      this.dueAt = now + EVERY_MS
    }
    this.lookedAt = now
    if (now >= this.dueAt) {
      this.dueAt = now + EVERY_MS
      await this.audit(now)
    }
    return this.dueAt
  }

  private async audit(now: number): Promise<void> {
    const before = new Set(this.last?.failed)
    try {
      const { found, findings } = await this.p.db.transaction(async (tx) => {
        const found = findingsOf(await figuresOf(this.p, tx, this.since, this.unaccounted()))
        const findings = found.filter(({ check }) => this.suspected.has(check))
        await tell(this.p, tx, findings)
        return { found, findings }
      })
      this.suspected = new Set(found.map(({ check }) => check))
      for (const { check, detail } of findings) {
        if (!before.has(check)) this.p.onError(new Error(detail), `the self-audit failed: ${check}`)
      }
      this.last = { at: now, failed: findings.map(({ check }) => check) }
    } catch (error) {
      if (!before.has(CANNOT_AUDIT)) this.p.onError(error, 'the self-audit could not be made')
      this.last = { at: now, failed: [CANNOT_AUDIT] }
    }
  }
}

async function figuresOf(p: Pipeline, tx: Tx, since: number, unaccountedAlerts: number): Promise<Figures> {
  const { episodes, groups, outbox, heartbeats } = p.store
  const placed = (await routedUnder(tx)) === p.routing().epoch
  return {
    now: tx.now,
    since,
    sendableSince: sendableSince(p),
    flushDueAt: groups.nextDueAt(),
    heartbeatDueAt: heartbeats.nextDueAt(),
    openAttempts: await countOpenAttempts(tx, tx.now - 2 * ATTEMPT_DEADLINE_MS),
    lostAlerts: placed ? countLost(p) : 0,
    unaccountedAlerts,
    inMemory: { episodes: episodes.countLive(), groups: groups.count(), notifications: outbox.countPending() },
    inTables: await countLiving(tx),
  }
}

/** A pause after failures is nobody's delay. */
function sendableSince({ store: { outbox } }: Pipeline): number | null {
  let earliest: number | null = null
  for (const { createdAt, destinationId } of outbox.everyPending()) {
    const at = Math.max(createdAt, outbox.destination(destinationId).notBefore)
    if (earliest === null || at < earliest) earliest = at
  }
  return earliest
}

/** Only the few that are in no group are routed again to see whether that has a reason: a heartbeat, or no team to tell. */
function countLost({ store, routing }: Pipeline): number {
  const leadsSomewhere = (episode: Episode) => {
    const labels = labelsFromText(episode.labelsText)
    const own = episode.sourceId === store.ownSourceId
    return (own ? routing().placeOwn(labels) : routing().place(labels)).placements.length > 0
  }
  let lost = 0
  for (const episode of store.episodes.everyLive()) {
    if (episode.status === 'open' && !store.isOwed(episode) && leadsSomewhere(episode)) lost++
  }
  return lost
}

async function tell(p: Pipeline, tx: Tx, findings: readonly Finding[]): Promise<void> {
  const troubles = findings.map(({ check, detail }) => failedAlert(check, detail))
  await keepTo(p, tx, ALERTNAME, troubles)
}

function failedAlert(check: CheckName, detail: string): MetaAlert {
  return {
    labels: { alertname: ALERTNAME, team: defaultTeam, check, severity: 'critical' },
    annotations: {
      summary: `The router does not do its work as it should: ${check}.`,
      description:
        `${detail} Read the router's log from this time on, see whether its disk is full or its CPU is used up, and ` +
        'restart it if nothing explains this: nothing that was accepted is lost by that.',
    },
  }
}
