/** Fills a claimed notification with the alerts it shows, as they are known now: what a channel renders. */
import { labelsFromText } from '../alert/labels.ts'
import type { Message, MessageAlert } from '../channel/channel.ts'
import type { Tx } from '../db/database.ts'
import type { Episode } from '../episode/store.ts'
import type { GroupLife } from '../group/store.ts'
import type { Tally } from '../group/told.ts'
import type { Store } from '../store.ts'
import type { Claim } from './outbox.ts'
import type { Snapshot } from './snapshot.ts'

const changes: Record<keyof Tally, MessageAlert['change']> = {
  newlyFiring: 'new',
  knownFiring: null,
  newlyResolved: 'resolved',
  missed: 'missed',
}

/** `newsAt`: when we received the oldest of what is news in it, epoch ms; null for a repeat. */
export async function composeMessage(
  { store, publicUrl }: { store: Store; publicUrl: string | null },
  tx: Tx,
  { notification, destination }: Claim,
): Promise<{ message: Message; newsAt: number | null }> {
  const group = await store.groups.get(tx, notification.groupId)
  if (group === undefined) throw new Error(`notification ${notification.id} belongs to no living group`)
  const { counts, alerts: shown } = notification.snapshot
  const episodes = await store.episodes.byIds(
    tx,
    shown.map(([id]) => id),
  )
  const generators = await store.requests.generatorUrls(
    tx,
    [...episodes.values()].map((e) => e.generatorId),
  )
  const alerts = shown.flatMap(([id, place]): MessageAlert[] => {
    const episode = episodes.get(id)
    if (episode === undefined) return []
    return [messageAlert(episode, place, generators.get(episode.generatorId) ?? '', publicUrl)]
  })
  const firing = counts.newlyFiring + counts.knownFiring
  const speaksOf = alerts.filter((a) => firing === 0 || a.status === 'firing')
  const hidden = firing > speaksOf.length ? await earliestStart(store, tx, group) : null
  const starts = [...speaksOf.map((a) => a.startsAt), ...(hidden === null ? [] : [hidden])]
  const conversationKey = `ar-${store.installation}-${group.id}-${destination.id}`
  const message: Message = {
    notificationId: notification.id,
    idempotencyKey: `${conversationKey}-${notification.id}`,
    conversationKey,
    reason: notification.reason,
    team: group.team,
    receiver: destination.receiver,
    insteadOf: notification.insteadOf === null ? null : store.outbox.destination(notification.insteadOf).receiver,
    routeId: group.routeId,
    groupId: group.id,
    groupLabels: group.labels,
    status: firing > 0 ? 'firing' : 'resolved',
    alerts,
    counts: { firing, newlyFiring: counts.newlyFiring, newlyResolved: counts.newlyResolved, missed: counts.missed },
    since: starts.length === 0 ? notification.createdAt : Math.min(...starts),
    decidedAt: notification.createdAt,
    sentAt: tx.now,
    possibleRepeat: notification.inDoubt,
    lateBecause: notification.lateBecause,
    externalUrl: await store.requests.externalUrlOf(tx, alerts[0] && episodes.get(alerts[0].episodeId)?.openedBy),
    publicUrl,
  }
  return { message, newsAt: newsAt(shown, episodes) }
}

/** Of everything that fires in the group: the oldest may be among the alerts that the message does not show. */
async function earliestStart(store: Store, tx: Tx, { members }: GroupLife): Promise<number | null> {
  const firing = [...members.values()].filter(({ joined, closed }) => joined !== null && closed === null)
  const episodes = await store.episodes.byIds(
    tx,
    firing.map(({ episodeId }) => episodeId),
  )
  let earliest: number | null = null
  for (const { startsAt } of episodes.values()) if (earliest === null || startsAt < earliest) earliest = startsAt
  return earliest
}

function newsAt(shown: Snapshot['alerts'], episodes: ReadonlyMap<number, Episode>): number | null {
  let oldest: number | null = null
  for (const [id, place] of shown) {
    const episode = episodes.get(id)
    const at = place === 'newlyFiring' ? episode?.receivedAt : place === 'knownFiring' ? null : episode?.closedAt
    if (at != null && (oldest === null || at < oldest)) oldest = at
  }
  return oldest
}

/** A member counts as firing in this message if it did when the message was decided; its close is the next one's news. */
function messageAlert(
  episode: Episode,
  place: keyof Tally,
  generatorUrl: string,
  publicUrl: string | null,
): MessageAlert {
  const firing = place === 'newlyFiring' || place === 'knownFiring'
  return {
    episodeId: episode.id,
    fingerprint: episode.fingerprint,
    status: firing ? 'firing' : 'resolved',
    change: changes[place],
    labels: labelsFromText(episode.labelsText),
    annotations: labelsFromText(episode.annotationsText),
    startsAt: episode.startsAt,
    endsAt: firing ? null : episode.endsAt,
    closeReason: firing ? null : episode.closeReason,
    generatorUrl,
    url: publicUrl === null ? null : `${publicUrl}/api/v1/alerts/${episode.id}`,
  }
}
