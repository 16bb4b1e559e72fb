/** An outbox at work on a store, without a pipeline: enqueue, claim, settle, reload. */
import sql from 'sql-template-tag'
import type { Outcome, Receipt } from '../../src/channel/channel.ts'
import type { Settled } from '../../src/group/group.ts'
import { type GroupLife, insertGroup } from '../../src/group/store.ts'
import { type Claim, type Claimant, Outbox } from '../../src/notification/outbox.ts'
import { aGroup, aNotification, aVersion, reloadedStore } from '../rows.ts'
import { type OpenStore, openForTest, type TestedStore } from '../stores.ts'

const one = { maxInFlight: 1, pace: null }
export const channels: Claimant['channels'] = {
  ...{ slack: one, email: one, pagerduty: one },
  webhook: { maxInFlight: 16, pace: null },
}

function receipt(outcome: Outcome, special: Partial<Receipt> = {}): Receipt {
  return { outcome, status: null, detail: `it was ${outcome}`, retryAfterMs: null, ...special }
}

/** An outbox with a Slack destination (1) and a webhook (2), and a group to speak of. */
export class Desk {
  readonly db: OpenStore['db']
  readonly clock: OpenStore['clock']
  outbox: Outbox
  readonly group: GroupLife
  readonly slack: number
  readonly webhook: number

  constructor(opened: OpenStore, outbox: Outbox, group: GroupLife, slack: number, webhook: number) {
    this.db = opened.db
    this.clock = opened.clock
    this.outbox = outbox
    this.group = group
    this.slack = slack
    this.webhook = webhook
  }

  static async open(store: TestedStore): Promise<Desk> {
    const opened = await openForTest(store)
    const outbox = new Outbox()
    return opened.db.transaction(async (tx) => {
      const versionId = await aVersion(tx)
      const common = { team: 'default', receiver: 'all', versionId }
      const slack = await outbox.ensureDestination(tx, { ...common, channel: 'slack', reference: 'env:DEFAULT_S' })
      const webhook = await outbox.ensureDestination(tx, {
        ...common,
        channel: 'webhook',
        reference: 'https://w.test/',
      })
      const group = aGroup(1, versionId)
      await insertGroup(tx, group)
      return new Desk(opened, outbox, group, slack.id, webhook.id)
    })
  }

  enqueue(destinationId: number, special = {}): Promise<number> {
    return this.db.transaction(async (tx) => {
      return (await this.outbox.enqueue(tx, aNotification(this.group, destinationId, special))).id
    })
  }

  /** Claims and commits, as `deliver` does. */
  async claim(owner = 'us', as = channels): Promise<Claim[]> {
    const claims = await this.db.transaction((tx) => this.outbox.claim(tx, { owner, channels: as }))
    this.outbox.started(claims)
    return claims
  }

  async settle(
    claim: Claim | undefined,
    outcome: Outcome,
    retryInMs: number | null = null,
    special: Partial<Receipt> = {},
  ): Promise<Settled | null> {
    if (claim === undefined) throw new Error('nothing was claimed')
    const retryAt = retryInMs === null ? null : this.clock.now() + retryInMs
    const settled = await this.db.transaction((tx) => this.outbox.settle(tx, claim, receipt(outcome, special), retryAt))
    this.outbox.ended(claim)
    return settled
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms, async () => {})
  }

  /** Another process takes over, or this one starts again. */
  async reload(afterCrash: boolean): Promise<void> {
    this.outbox = (await reloadedStore(this.db, afterCrash)).outbox
  }

  attempts(): Promise<{ notification_id: number; n: number; outcome: string | null; detail: string | null }[]> {
    return this.db.reader.all(sql`
      select notification_id, n, outcome, detail from attempt order by notification_id, n`)
  }

  async state(id: number): Promise<string | undefined> {
    const row = await this.db.reader.get<{ state: string }>(sql`select state from notification where id = ${id}`)
    return row?.state
  }
}
