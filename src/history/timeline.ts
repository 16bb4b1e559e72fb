/** Derives the timeline of one alert from its rows: an ordered list of facts, each with a sentence. Pure. */
import { labelsText } from '../alert/labels.ts'
import type { Episode } from '../episode/store.ts'
import type { Membership } from '../group/membership.ts'
import { heartbeatNoteFromText } from '../heartbeat/note.ts'
import { OWN_SOURCE } from '../meta-alert/meta-alert.ts'
import type { NoReason } from '../notification/reason.ts'
import { formatDuration } from '../team/duration.ts'
import type { TeamVersion } from '../team/store.ts'
import type { NoteFacts, RequestFacts } from './alert-store.ts'
import { closedFacts } from './closed.ts'
import type { GroupFacts, NoReasonFacts } from './group-store.ts'
import { timeText, timeTextOrNull, toAttemptJson, toDestinationJson } from './json.ts'
import type { AttemptFacts, DestinationFacts, NotificationFacts } from './notification-store.ts'
import type { Spoken } from './spoken.ts'
import type { Fact } from './timeline-json.ts'
import type { TraceStep } from './trace.ts'

/** An alert's place in one group, with what was said of it there. */
export interface PlaceFacts {
  readonly member: Membership
  readonly group: GroupFacts
  /** Null when the version is not stored any more. */
  readonly version: TeamVersion | null
  /** By the version it was routed under; null when that cannot be read. */
  readonly trace: TraceStep[] | null
  readonly spoken: readonly { readonly said: NotificationFacts; readonly spoken: Spoken }[]
}

/** All rows that one timeline is derived from. */
export interface TimelineRows {
  readonly episode: Episode
  readonly source: string
  readonly requests: ReadonlyMap<number, RequestFacts>
  readonly notes: readonly NoteFacts[]
  /** Those to be told of, in the order of its memberships. */
  readonly places: readonly PlaceFacts[]
  /** Also those that are not for the reader's eyes. */
  readonly everyPlace: readonly PlaceFacts[]
  readonly attempts: ReadonlyMap<number, readonly AttemptFacts[]>
  readonly noReasons: readonly NoReasonFacts[]
  readonly destination: (id: number) => DestinationFacts
}

/** Facts in order of time; at one instant, in the order in which one follows from the other. */
export function timelineOf(rows: TimelineRows): Fact[] {
  const facts = [
    receivedFact(rows),
    ...rows.notes.flatMap(reroutedFact),
    ...rows.notes.flatMap(heartbeatFact),
    ...routedFacts(rows),
    ...rows.noReasons.map((noReason) => withheldFact(noReason, rows)),
    ...closedFacts(rows.episode, rows.notes, toRequestJson(rows.episode.closedBy, rows.requests)),
    ...unreleasedFacts(rows),
    ...rows.places.flatMap((place) => place.spoken.map((said) => notificationFact(said, rows))),
  ]
  return facts.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function receivedFact({ episode, source, requests, notes }: TimelineRows): Fact {
  const status = isEndOnly(episode, notes) ? 'resolved' : 'firing'
  const request = toRequestJson(episode.openedBy, requests)
  const again = episode.reopened ? ', again after its end' : ''
  const isFound = episode.openedBy === null && source !== OWN_SOURCE
  const how = isFound ? 'No webhook came, but it is listed by' : 'Received from'
  const text =
    status === 'firing'
      ? `${how} source ${source}: it fires${again}.`
      : `Received from source ${source} as resolved; it was never seen firing, so nobody is told.`
  return { what: 'received', at: timeText(episode.receivedAt), text, status, reopened: episode.reopened, request }
}

/** Only its end was seen: no group was ever joined, though it is no heartbeat. */
function isEndOnly({ openedBy, closedBy, memberships }: Episode, notes: readonly NoteFacts[]): boolean {
  return (
    openedBy !== null &&
    openedBy === closedBy &&
    memberships.length === 0 &&
    !notes.some(({ note }) => note === 'heartbeat')
  )
}

function toRequestJson(id: number | null, requests: ReadonlyMap<number, RequestFacts>) {
  const request = id === null ? undefined : requests.get(id)
  if (request === undefined) return null
  const { receiver, groupKey, externalUrl, notificationReason, truncated } = request
  return {
    id: request.id,
    receiver,
    groupKey,
    externalURL: externalUrl,
    notificationReason,
    truncatedAlerts: truncated,
  }
}

/** One fact per team document and moment: several routes of one document may have taken the alert. */
function routedFacts(rows: TimelineRows): Fact[] {
  const moments = joinedAt(rows)
  const together = Map.groupBy(
    rows.places,
    (place) => `${moments.get(place)} ${place.group.team} ${place.member.versionId}`,
  )
  return [...together.values()].flatMap((places) => {
    const [first] = places
    if (first === undefined || first.version === null) return []
    const { version, trace, group } = first
    const at = moments.get(first) ?? rows.episode.receivedAt
    const groups = places.map((place) => toPlaceJson(place, rows))
    const where = groups
      .map(({ routeId, receiver }) => `${routeId}${receiver === null ? '' : ` to ${receiver}`}`)
      .join(', ')
    return {
      what: 'routed' as const,
      at: timeText(at),
      text: `Routed by team ${group.team}: ${where}.`,
      team: group.team,
      because: at === rows.episode.receivedAt ? ('received' as const) : ('rerouted' as const),
      version: { id: version.id, acceptedAt: timeText(version.acceptedAt), file: version.file },
      groups,
      trace,
    }
  })
}

/** A re-route appends the places it adds, and notes how many: counted from the end, that tells which came when. */
function joinedAt({ episode, notes, everyPlace: places }: TimelineRows): Map<PlaceFacts, number> {
  const moments = new Map(places.map((place) => [place, episode.receivedAt]))
  let end = places.length
  for (const { at, detail } of notes.toReversed()) {
    const begin = Math.max(0, end - reroute(detail).joined)
    for (const place of places.slice(begin, end)) moments.set(place, at)
    end = begin
  }
  return moments
}

function toPlaceJson({ group, member, trace }: PlaceFacts, { destination }: TimelineRows) {
  const left = member.joined === null
  return {
    groupId: group.id,
    routeId: group.routeId,
    receiver: trace?.find((step) => step.routeId === group.routeId)?.receiver ?? null,
    groupLabels: group.labels,
    left,
    carried: left ? [] : member.carried.map((id) => toDestinationJson(destination(id))),
  }
}

function reroutedFact({ at, note, detail }: NoteFacts): Fact[] {
  if (note !== 'rerouted') return []
  const { left, joined } = reroute(detail)
  const text = `Routed again under new documents: it left ${groups(left)} and joined ${groups(joined)}.`
  return [{ what: 'rerouted', at: timeText(at), text, left, joined }]
}

function reroute(detail: string): { left: number; joined: number } {
  const { left = 0, joined = 0 } = JSON.parse(detail) as { left?: number; joined?: number }
  return { left, joined }
}

function groups(count: number): string {
  return count === 1 ? 'one group' : `${count} groups`
}

function heartbeatFact({ at, note, detail }: NoteFacts): Fact[] {
  if (note !== 'heartbeat') return []
  const { team, heartbeat, everyMs, routed } = heartbeatNoteFromText(detail)
  const every = formatDuration(everyMs)
  const beside = routed ? 'it is routed as well, as another team owns it' : 'so it is not routed'
  const text = `Heartbeat ${heartbeat} of team ${team}, expected every ${every}: ${beside}.`
  return [{ what: 'heartbeat', at: timeText(at), text, team, heartbeat, every, routed }]
}

function notificationFact({ said, spoken }: PlaceFacts['spoken'][number], rows: TimelineRows): Fact {
  const destination = toDestinationJson(rows.destination(said.destinationId))
  const to = `${destination.channel} of receiver ${destination.receiver}`
  const settled = said.settledAt === null ? '' : ` at ${timeText(said.settledAt)}`
  const state =
    said.state === 'superseded' && said.supersededBy !== null ? `superseded by ${said.supersededBy}` : said.state
  return {
    what: 'notification',
    at: timeText(said.createdAt),
    text: `Notification ${said.id} (${said.reason}) says ${spoken.as} to ${to}: ${state}${settled}.`,
    notificationId: said.id,
    groupId: said.groupId,
    ...spoken,
    reason: said.reason,
    state: said.state,
    settledAt: timeTextOrNull(said.settledAt),
    supersededBy: said.supersededBy,
    lateBecause: said.lateBecause,
    inDoubt: said.inDoubt,
    destination,
    attempts: (rows.attempts.get(said.id) ?? []).map(toAttemptJson),
  }
}

/** Why nothing was said, as the end of a sentence. */
const withheldBecause: Readonly<Record<NoReason, string>> = {
  'already-told': 'what it was told still holds',
  'attempt-under-way': 'an attempt was under way or of unknown outcome',
  'already-pending': 'a pending notification said the same',
  'resolve-not-wanted': 'it does not want to hear of resolved alerts',
  'missed-not-told': 'it came and went unseen, and this channel has no word for that',
  'not-routed-here': 'the route does not lead there any more',
}

function withheldFact(noReason: NoReasonFacts, { destination }: TimelineRows): Fact {
  const to = toDestinationJson(destination(noReason.destinationId))
  const times = noReason.count === 1 ? '' : ` (${noReason.count} times)`
  return {
    what: 'withheld',
    at: timeText(noReason.firstAt),
    text: `Group ${noReason.groupId} said nothing to ${to.channel} of receiver ${to.receiver}: ${withheldBecause[noReason.noReason]}${times}.`,
    groupId: noReason.groupId,
    destination: to,
    noReason: noReason.noReason,
    firstAt: timeText(noReason.firstAt),
    lastAt: timeText(noReason.lastAt),
    count: noReason.count,
  }
}

function unreleasedFacts({ episode, places }: TimelineRows): Fact[] {
  return places.flatMap(({ member, group }) => {
    if (!member.unreleased) return []
    const at = timeText(episode.closedAt ?? episode.receivedAt)
    const text = `It fired and resolved inside one wait of group ${group.id} ${labelsText(group.labels)}: nobody was told.`
    return { what: 'unreleased' as const, at, text, groupId: group.id }
  })
}
