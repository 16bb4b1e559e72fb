/** Reads the rows behind one alert and lets the pure parts make of them what happened, what is known where, and what is next. */
import type { Queryable } from '../db/database.ts'
import { type Episode, episodesByIds } from '../episode/store.ts'
import { heartbeatNoteFromText } from '../heartbeat/note.ts'
import type { Routing } from '../team/routing.ts'
import { inScope, type TeamScope, touchesScope } from '../team/scope.ts'
import { type TeamVersion, versionById } from '../team/store.ts'
import { toAlertJson } from './alert-json.ts'
import { type AlertRow, alertRows, type NoteFacts, notesOf, requestsByIds } from './alert-store.ts'
import { groupsByIds, type NoReasonFacts, noReasonsOf } from './group-store.ts'
import { timeTextOrNull, toDestinationJson } from './json.ts'
import { type Next, whatNext } from './next.ts'
import { attemptsOf, type DestinationFacts, everyDestination, notificationsAbout } from './notification-store.ts'
import { allSpoken, knowledge } from './spoken.ts'
import { type PlaceFacts, timelineOf } from './timeline.ts'
import type { Traces } from './trace.ts'

/** Newest notifications of a group that are read for one alert: a group that flaps for a year has half a million. */
const MOST_NOTIFICATIONS = 500

export interface ExplainDeps {
  /** Committed state. */
  readonly reader: Queryable
  /** The documents in force: the timers of what comes next. */
  readonly routing: () => Routing
  /** Epoch ms. */
  readonly now: () => number
}

/**
 * The alert, its timeline, what each destination knows and what happens next; null when there is no such alert of these
 * teams. Of one that belongs to others as well, what those did with it is left out.
 */
export async function explainAlert(deps: ExplainDeps, traces: Traces, id: number, teams: TeamScope) {
  const { reader } = deps
  const [[alert], [episode]] = await Promise.all([alertRows(reader, [id]), episodesByIds(reader, [id])])
  if (alert === undefined || episode === undefined || !touchesScope(teams, alert.teams)) return null
  const { places: everyPlace, cut } = await placesOf(reader, traces, alert, episode)
  const places = everyPlace.filter(({ group }) => inScope(teams, group.team))
  const destinations = await everyDestination(reader)
  const destination = (destinationId: number): DestinationFacts => {
    const found = destinations.get(destinationId)
    if (found === undefined) throw new Error(`alert ${id} was told to destination ${destinationId}, which is gone`)
    return found
  }
  const said = places.flatMap(({ spoken }) => spoken.map((one) => one.said.id))
  const requestIds = [episode.openedBy, episode.closedBy].filter((request) => request !== null)
  const [requests, notes, attempts, noReasons] = await Promise.all([
    requestsByIds(reader, requestIds),
    notesOf(reader, id),
    attemptsOf(reader, said),
    noReasonsOf(
      reader,
      places.map(({ group }) => group.id),
    ),
  ])
  const timeline = timelineOf({
    episode,
    source: alert.source,
    requests,
    notes: notes.filter((note) => mayKnow(note, teams)),
    everyPlace,
    places,
    attempts,
    noReasons: noReasons.filter((noReason) => concerns(noReason, episode, places)),
    destination,
  })
  const known = knowledge(places.map(({ member, group, spoken }) => ({ member, told: group.state.told, spoken })))
  return {
    ...toAlertJson(alert),
    timeline,
    timelineCut: cut,
    told: known.map(({ destinationId, ...rest }) => ({
      destination: toDestinationJson(destination(destinationId)),
      ...rest,
    })),
    next: nextOf(deps, places, destination),
  }
}

async function placesOf(
  db: Queryable,
  traces: Traces,
  { labels }: AlertRow,
  { memberships, receivedAt }: Episode,
): Promise<{ places: PlaceFacts[]; cut: boolean }> {
  const groups = await groupsByIds(
    db,
    memberships.map((member) => member.groupId),
  )
  const versions = new Map<number, TeamVersion | undefined>()
  for (const { versionId } of memberships) {
    if (!versions.has(versionId)) versions.set(versionId, await versionById(db, versionId))
  }
  const places: PlaceFacts[] = []
  let cut = false
  for (const member of memberships) {
    const group = groups.get(member.groupId)
    if (group === undefined) continue
    const newest = await notificationsAbout(db, member, receivedAt, MOST_NOTIFICATIONS)
    cut ||= newest.length === MOST_NOTIFICATIONS
    const version = versions.get(member.versionId) ?? null
    const trace = version && traces.of(version, labels)
    places.push({ member, group, version, trace, spoken: allSpoken(newest.toReversed(), member) })
  }
  return { places, cut }
}

/** Another team's heartbeat is that team's alone, unless it is why this alert was not routed. */
function mayKnow({ note, detail }: NoteFacts, teams: TeamScope): boolean {
  if (note !== 'heartbeat') return true
  const { team, routed } = heartbeatNoteFromText(detail)
  return !routed || inScope(teams, team)
}

/** From its receipt until the message that tells of its end: what the group kept to itself later is not about this alert. */
function concerns(noReason: NoReasonFacts, { receivedAt }: Episode, places: readonly PlaceFacts[]): boolean {
  if (noReason.lastAt < receivedAt) return false
  const place = places.find(({ group }) => group.id === noReason.groupId)
  const end = place?.spoken.find(
    ({ said, spoken }) => said.destinationId === noReason.destinationId && spoken.as !== 'firing',
  )
  return end === undefined || noReason.firstAt <= end.said.createdAt
}

function nextOf(
  { routing, now }: ExplainDeps,
  places: readonly PlaceFacts[],
  destination: (id: number) => DestinationFacts,
) {
  const documents = routing()
  const next = whatNext(
    places.map(({ member, group }) => ({
      member,
      ended: group.endedAt !== null,
      state: group.state,
      config: documents.config(group.team, group.routeId, group.about),
    })),
    (id) => destination(id).notBefore,
    now(),
  )
  return next.map(({ what, groupId, destinationId, at }) => {
    const to = destinationId === null ? null : toDestinationJson(destination(destinationId))
    return { what, at: timeTextOrNull(at), text: sentence(what, groupId, to), groupId, destination: to }
  })
}

function sentence(what: Next['what'], groupId: number, to: { channel: string; receiver: string } | null): string {
  if (what === 'flush' || to === null) return `Group ${groupId} decides whom it tells what changed.`
  const whom = `${to.channel} of receiver ${to.receiver}`
  if (what === 'attempt') return `The pending notification of group ${groupId} is sent to ${whom}.`
  return `Group ${groupId} reminds ${whom} of what still fires, if nothing else is told before.`
}
