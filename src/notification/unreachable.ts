/** What follows when a destination cannot be reached: its fallback is told, the trouble is raised, a message is given up. */
import type { ChannelName } from '../channel/channel.ts'
import type { Tx } from '../db/database.ts'
import { GroupLives } from '../group/lives.ts'
import type { MetaAlert } from '../meta-alert/meta-alert.ts'
import { clear, raise } from '../meta-alert/raise.ts'
import type { Store } from '../store.ts'
import type { Routing } from '../team/routing.ts'
import type { Destination } from './outbox.ts'

interface Parts {
  readonly store: Store
  readonly routing: () => Routing
}

export const DESTINATION_FAILING = 'AlertRouterDestinationFailing'

/** Looked after in one transaction: about 20 ms. */
const BATCH = 500

/** Looks after the notifications that have waited too long: the fallback is told, and what is past all use is given up. */
export async function losePatience(p: Parts, tx: Tx): Promise<void> {
  const groups = new GroupLives(tx, p.store, p.routing())
  const troubles: MetaAlert[] = []
  const { outbox } = p.store
  for (const pending of outbox.takeOverdue(tx.now, BATCH)) {
    // The fallback of one before it in this list may have superseded it.
    if (outbox.pending(pending.destinationId, pending.id) === undefined) continue
    const detail = pending.lateBecause ?? 'it is being told other things first'
    troubles.push(trouble(outbox.destination(pending.destinationId), detail))
    // First: what the group forgets when a message is given up, the fallback is still to hear.
    await groups.fallBack(pending)
    if (pending.giveUpAt !== null && pending.giveUpAt <= tx.now) {
      await groups.gaveUp(pending, await outbox.giveUp(tx, pending))
    } else {
      await outbox.fellBack(tx, pending)
    }
  }
  await groups.save()
  await raise(p, tx, troubles)
}

/** A permanent error ended a notification to it. */
export async function refused(p: Parts, tx: Tx, destination: Destination, detail: string): Promise<void> {
  await raise(p, tx, [trouble(destination, detail)])
}

/** Nothing of it for so long, and nobody waits: whether it would be reached now is not known. */
const QUIET_MS = 3_600_000

/**
 * Whether the trouble with a destination still matters: something waits for it, or was given up and would be told it if
 * somebody tried again. After a failure it is held to be as it was for an hour, so that each alert is no alarm of its own.
 */
export function stillMatters(
  { store: { outbox, groups }, routing }: Parts,
  destinationId: number,
  quietMs: number,
): boolean {
  if (outbox.isWaitedFor(destinationId)) return true
  if (!routing().knows(destinationId)) return false
  if (quietMs < QUIET_MS && outbox.destination(destinationId).failures > 0) return true
  for (const { state } of groups.everyLife()) if ((state.told.get(destinationId)?.deadUpto ?? 0) > 0) return true
  return false
}

/** Something got through: what was raised about the destination is over. */
export async function reached(p: Parts, tx: Tx, destination: Destination): Promise<void> {
  if (p.store.episodes.knowsAny(p.store.ownSourceId)) await clear(p, tx, [trouble(destination, '')])
}

const channelNames: Readonly<Record<ChannelName, string>> = {
  slack: 'Slack',
  webhook: 'The webhook',
  email: 'Mail',
  pagerduty: 'PagerDuty',
}

/** One alert per destination, however many messages it concerns. */
function trouble({ id, team, receiver, channel, reference }: Destination, detail: string): MetaAlert {
  const where = channel === 'email' ? ` to ${reference}` : ''
  return {
    labels: {
      alertname: DESTINATION_FAILING,
      severity: 'critical',
      team,
      receiver,
      channel,
      destination: String(id),
    },
    annotations: {
      summary: `${channelNames[channel]}${where} of receiver ${receiver} (team ${team}) cannot be told: ${detail}`,
      description:
        'Messages wait there or were given up. GET /api/v1/notifications?destination= shows them with each answer; ' +
        'once the cause is gone, POST /api/v1/notifications/{id}/redrive sends what is true then.',
    },
  }
}
