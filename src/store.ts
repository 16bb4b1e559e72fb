/** The stores that one router works on, loaded together so that their memories agree. */
import { randomBytes } from 'node:crypto'
import sql from 'sql-template-tag'
import { RequestStore } from './alert/store.ts'
import type { Tx } from './db/database.ts'
import type { Episode } from './episode/store.ts'
import { EpisodeWorkingSet } from './episode/working-set.ts'
import { GroupWorkingSet } from './group/working-set.ts'
import { HeartbeatStore } from './heartbeat/store.ts'
import { OWN_SOURCE } from './meta-alert/meta-alert.ts'
import { Outbox } from './notification/outbox.ts'

export class Store {
  readonly requests = new RequestStore()
  readonly episodes = new EpisodeWorkingSet()
  readonly groups = new GroupWorkingSet()
  readonly outbox = new Outbox()
  readonly heartbeats = new HeartbeatStore()
  /** Of what the router raises about itself. */
  ownSourceId = 0
  /** 8 hex digits that name this database. */
  installation = ''

  /** Reads what is alive. `afterCrash` on start: attempts that were under way are nobody's any more. */
  async load(tx: Tx, afterCrash: boolean): Promise<void> {
    await this.requests.load(tx)
    this.ownSourceId = await this.requests.sourceId(tx, OWN_SOURCE)
    this.installation = await readInstallation(tx)
    await this.episodes.load(tx)
    await this.outbox.load(tx, afterCrash)
    await this.heartbeats.load(tx)
    await this.groups.load(tx, this.episodes.everyLive(), this.outbox.everyPending())
    for (const { id, groupId, destinationId } of [...this.outbox.everyPending()]) {
      if (!this.groups.isLive(groupId)) await this.outbox.supersede(tx, destinationId, id, null)
    }
    for (const { groupId, destinationId } of this.outbox.everyUnderWay()) this.groups.hold(groupId, destinationId)
  }

  /** A write that shows whether alerts can be kept. */
  async probe(tx: Tx): Promise<void> {
    await tx.run(sql`
      insert into fact (name, value) values ('probed_at', ${String(tx.now)})
      on conflict (name) do update set value = excluded.value`)
  }

  /** Is anybody still to hear something about this episode? */
  isOwed(episode: Episode): boolean {
    return episode.memberships.some((m) => this.groups.hasMember(m.groupId, episode.id))
  }
}

/** Made once per database: receivers know our keys by it, and another database counts from 1 as well. */
async function readInstallation(tx: Tx): Promise<string> {
  const fresh = randomBytes(4).toString('hex')
  await tx.run(sql`insert into fact (name, value) values ('installation', ${fresh}) on conflict (name) do nothing`)
  const row = await tx.get<{ value: string }>(sql`select value from fact where name = 'installation'`)
  return row?.value ?? fresh
}
