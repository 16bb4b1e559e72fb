/** All teams' documents in force, compiled together: which groups an alert joins, and what a group reads at each step. */
import { type Labels, labelsText } from '../alert/labels.ts'
import type { ChannelName } from '../channel/channel.ts'
import type { GroupConfig, GroupDestination } from '../group/state.ts'
import { Expected, type HeartbeatInForce } from '../heartbeat/expected.ts'
import type { Route } from '../route/route.ts'
import { groupLabels, matchRoutes } from '../route/tree.ts'
import type { TeamDocument } from './document.ts'
import { defaultTeam, indexOwners, type OwnerIndex, type Owners, ownersOf } from './ownership.ts'
import { addressKey } from './secrets.ts'

/** A destination of a document in force, with the id the outbox knows it by. */
export interface DestinationInForce {
  readonly id: number
  readonly channel: ChannelName
  readonly reference: string
  readonly secretReference: string | null
  readonly host: string | null
  readonly wantsResolved: boolean
}

/** One team's document in force. */
export interface TeamInForce {
  readonly document: TeamDocument
  readonly versionId: number
  /** By receiver name. */
  readonly receivers: ReadonlyMap<string, readonly DestinationInForce[]>
}

/** Where one alert goes: a group to be, by team, route and group labels. */
export interface Placement {
  readonly team: string
  readonly versionId: number
  readonly route: Route
  readonly labels: Labels
  readonly labelsText: string
  /** A destination that this alert speaks of and must not be sent to. */
  readonly about: number | null
}

export interface Placed {
  readonly teams: readonly string[]
  readonly ownership: 'label' | 'owns' | 'contested' | 'default'
  readonly placements: readonly Placement[]
  /** Those that it beats, of whichever teams. */
  readonly heartbeats: readonly HeartbeatInForce[]
}

/** A group whose route is gone: no waiting, no repeats, nowhere to bring news. */
const leaving: GroupConfig = {
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: 0,
  destinations: [],
  fallbacks: [],
}

/** Channels that have no word for "fired and resolved, unseen". */
const silentOnMissed: ReadonlySet<string> = new Set(['pagerduty'])

export class Routing {
  readonly teams: ReadonlyMap<string, TeamInForce>
  /** Names this set of documents; equal epochs place every alert alike. */
  readonly epoch: string
  readonly expected: Expected
  private readonly ownership: OwnerIndex
  private readonly routes: ReadonlyMap<string, ReadonlyMap<string, Route>>
  private readonly addresses: ReadonlyMap<number, string>
  private readonly configs: ReadonlyMap<string, ReadonlyMap<string, GroupConfig>>

  constructor(teams: ReadonlyMap<string, TeamInForce>) {
    this.teams = teams
    this.epoch = [...teams]
      .map(([team, { versionId }]) => `${team}:${versionId}`)
      .sort()
      .join(' ')
    this.ownership = indexOwners([...teams.values()].map((team) => team.document))
    this.expected = new Expected([...teams].flatMap(([, inForce]) => heartbeatsOf(inForce)))
    this.routes = new Map([...teams].map(([team, { document }]) => [team, everyRoute(document)]))
    this.configs = new Map([...teams].map(([team, inForce]) => [team, groupConfigs(inForce)]))
    this.addresses = new Map([...teams].flatMap(([team, inForce]) => addressesOf(team, inForce)))
  }

  /** Which teams own the alert, and which groups of theirs it joins: none where it is a heartbeat. */
  place(labels: Labels): Placed {
    const owners = ownersOf(labels, this.ownership)
    const heartbeats = this.expected.of(labels)
    const left = heartbeats.length === 0 ? owners.teams : owners.teams.filter((t) => !isTaken(t, owners, heartbeats))
    return this.placed(owners, labels, left, heartbeats)
  }

  private placed(
    { teams, contested, by }: Owners,
    labels: Labels,
    told: readonly string[],
    heartbeats: Placed['heartbeats'],
  ): Placed {
    const placements = told.flatMap((team) => this.placeIn(team, labels, null))
    return { teams, ownership: contested ? 'contested' : by, placements, heartbeats }
  }

  /**
   * The same for a meta-alert: of a heartbeat to that one's receiver; never to the destination it speaks of, and where
   * that leaves nobody who could hear it, to the catch-all team as well.
   */
  placeOwn(labels: Labels, isDown: (destinationId: number) => boolean = () => false): Placed {
    const owners = ownersOf(labels, this.ownership)
    const byTree = this.placed(owners, labels, owners.teams, [])
    const expected = this.expected.named(labels.team, labels.heartbeat)
    const placed = expected === undefined ? byTree : { ...byTree, placements: [placementOf(expected, labels)] }
    const { teams, placements } = placed
    const about = Number(labels.destination) || null
    if (about === null) return placed
    const elsewhere = placements.map((placement) => ({ ...placement, about }))
    const heard = elsewhere.some(({ team, route }) =>
      this.config(team, route.id, about).destinations.some(({ id }) => !isDown(id)),
    )
    if (heard || teams.includes(defaultTeam)) return { ...placed, placements: elsewhere }
    return {
      ...placed,
      teams: [...teams, defaultTeam].sort(),
      placements: [...elsewhere, ...this.placeIn(defaultTeam, labels, about)],
    }
  }

  private placeIn(name: string, labels: Labels, about: number | null): Placement[] {
    const team = this.teams.get(name)
    if (team === undefined) return []
    const { versionId } = team
    const routes = distinct(matchRoutes(team.document.root, labels))
    return routes.map((route) => ({ team: name, versionId, route, ...grouped(route, labels), about }))
  }

  /**
   * What a group of this route lives by now; a config without destinations when the route is gone. `about` is left out
   * of the destinations.
   */
  config(team: string, routeId: string, about: number | null): GroupConfig {
    const config = this.configs.get(team)?.get(routeId) ?? leaving
    if (about === null) return config
    const address = this.addresses.get(about)
    // Two receivers may name one address: what cannot be reached by the one cannot be by the other.
    const others = ({ id }: { id: number }) =>
      id !== about && (address === undefined || this.addresses.get(id) !== address)
    return { ...config, destinations: config.destinations.filter(others), fallbacks: config.fallbacks.filter(others) }
  }

  /** Whether a document in force names the destination. */
  knows(destinationId: number): boolean {
    return this.addresses.has(destinationId)
  }

  /** The destinations that are told when one of this receiver cannot be reached. */
  fallbackOf(team: string, receiver: string): readonly DestinationInForce[] {
    const inForce = this.teams.get(team)
    const { fallback } = inForce?.document.receivers.find(({ name }) => name === receiver) ?? {}
    return fallback === undefined || fallback === null ? [] : (inForce?.receivers.get(fallback) ?? [])
  }

  /** The route of a group, while the team's document has it. */
  route(team: string, routeId: string): Route | undefined {
    return this.routes.get(team)?.get(routeId)
  }

  /** The version that a team's groups are decided under; undefined when the team is gone. */
  versionId(team: string): number | undefined {
    return this.teams.get(team)?.versionId
  }
}

function grouped(route: Route, labels: Labels): Pick<Placement, 'labels' | 'labelsText'> {
  const found = groupLabels(route, labels)
  return { labels: found, labelsText: labelsText(found) }
}

/** Where it is told that this heartbeat is missing. */
function placementOf({ team, versionId, heartbeat: { route } }: HeartbeatInForce, labels: Labels): Placement {
  return { team, versionId, route, ...grouped(route, labels), about: null }
}

/** What each destination speaks to, by its id. */
function addressesOf(team: string, { receivers }: TeamInForce): (readonly [number, string])[] {
  return [...receivers.values()].flat().map(({ id, channel, reference }) => {
    return [id, addressKey({ team, channel, reference })]
  })
}

function heartbeatsOf({ document, versionId }: TeamInForce): HeartbeatInForce[] {
  return document.heartbeats.map((heartbeat) => ({ team: document.team, versionId, heartbeat }))
}

/**
 * A heartbeat is not routed: not in its own team, in no team if it is of the operators' (the catch-all), and not in the
 * catch-all if nobody owns it. Else a team could silence another one's alerts by expecting them.
 */
function isTaken(owner: string, { by }: Owners, heartbeats: readonly HeartbeatInForce[]): boolean {
  return heartbeats.some(({ team }) => by === 'default' || team === owner || team === defaultTeam)
}

/** A tree may reach one route once only, but two matches of an alert may share a route id after a re-route by name. */
function distinct(routes: readonly Route[]): readonly Route[] {
  if (routes.length < 2) return routes
  const seen = new Set<string>()
  return routes.filter((route) => !seen.has(route.id) && seen.add(route.id))
}

function groupConfigs(team: TeamInForce): ReadonlyMap<string, GroupConfig> {
  const configs = new Map<string, GroupConfig>()
  const destinationsOf = (receiver: string) => (team.receivers.get(receiver) ?? []).map(groupDestination)
  for (const [id, route] of everyRoute(team.document)) {
    configs.set(id, {
      groupWaitMs: route.groupWaitMs,
      groupIntervalMs: route.groupIntervalMs,
      repeatIntervalMs: route.repeatIntervalMs,
      destinations: destinationsOf(route.receiver),
      fallbacks: fallbacksOf(team.document, route.receiver).flatMap(destinationsOf),
    })
  }
  return configs
}

function groupDestination({ id, channel, wantsResolved }: DestinationInForce): GroupDestination {
  return { id, wantsResolved, wantsMissed: !silentOnMissed.has(channel) }
}

/** The receiver's fallback, that one's, and so on until nobody new comes. */
function fallbacksOf({ receivers }: TeamDocument, receiver: string): string[] {
  const seen = [receiver]
  for (;;) {
    const fallback = receivers.find(({ name }) => name === seen.at(-1))?.fallback
    if (fallback == null || seen.includes(fallback)) return seen.slice(1)
    seen.push(fallback)
  }
}

/** The tree's routes, and those that missing heartbeats are told by. */
function everyRoute({ root, heartbeats }: TeamDocument): ReadonlyMap<string, Route> {
  return new Map([...routesById(root), ...heartbeats.map(({ route }) => [route.id, route] as const)])
}

function routesById(root: Route): ReadonlyMap<string, Route> {
  const byId = new Map([[root.id, root]])
  for (const child of root.routes) for (const [id, route] of routesById(child)) byId.set(id, route)
  return byId
}
