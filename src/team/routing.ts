/** All teams' documents in force, compiled together: which groups an alert joins, and what a group reads at each step. */
import { type Labels, labelsText } from '../alert/labels.ts'
import type { ChannelName } from '../channel/channel.ts'
import type { GroupConfig } from '../group/state.ts'
import type { Route } from '../route/route.ts'
import { groupLabels, matchRoutes } from '../route/tree.ts'
import type { TeamDocument } from './document.ts'
import { indexOwners, type OwnerIndex, ownersOf } from './ownership.ts'

/** A destination of a document in force, with the id the outbox knows it by. */
export interface DestinationInForce {
  readonly id: number
  readonly channel: ChannelName
  readonly reference: string
  readonly secretReference: string | null
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
}

export interface Placed {
  readonly teams: readonly string[]
  readonly ownership: 'label' | 'owns' | 'contested' | 'default'
  readonly placements: readonly Placement[]
}

/** A group whose route is gone: no waiting, no repeats, nowhere to bring news. */
const leaving: GroupConfig = { groupWaitMs: 0, groupIntervalMs: 0, repeatIntervalMs: 0, destinations: [] }

/** Channels that have no word for "fired and resolved, unseen". */
const silentOnMissed: ReadonlySet<string> = new Set(['pagerduty'])

export class Routing {
  readonly teams: ReadonlyMap<string, TeamInForce>
  /** Names this set of documents; equal epochs place every alert alike. */
  readonly epoch: string
  private readonly ownership: OwnerIndex
  private readonly routes: ReadonlyMap<string, ReadonlyMap<string, Route>>
  private readonly configs: ReadonlyMap<string, ReadonlyMap<string, GroupConfig>>

  constructor(teams: ReadonlyMap<string, TeamInForce>) {
    this.teams = teams
    this.epoch = [...teams]
      .map(([team, { versionId }]) => `${team}:${versionId}`)
      .sort()
      .join(' ')
    this.ownership = indexOwners([...teams.values()].map((team) => team.document))
    this.routes = new Map([...teams].map(([team, { document }]) => [team, routesById(document.root)]))
    this.configs = new Map([...teams].map(([team, inForce]) => [team, groupConfigs(inForce)]))
  }

  /** Which teams own the alert, and which groups of theirs it joins. */
  place(labels: Labels): Placed {
    const owners = ownersOf(labels, this.ownership)
    const placements: Placement[] = []
    for (const name of owners.teams) {
      const team = this.teams.get(name)
      if (team === undefined) continue
      for (const route of distinct(matchRoutes(team.document.root, labels))) {
        const grouped = groupLabels(route, labels)
        const { versionId } = team
        placements.push({ team: name, versionId, route, labels: grouped, labelsText: labelsText(grouped) })
      }
    }
    return { teams: owners.teams, ownership: owners.contested ? 'contested' : owners.by, placements }
  }

  /** What a group of this route lives by now; a config without destinations when the route is gone. */
  config(team: string, routeId: string): GroupConfig {
    return this.configs.get(team)?.get(routeId) ?? leaving
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

/** A tree may reach one route once only, but two matches of an alert may share a route id after a re-route by name. */
function distinct(routes: readonly Route[]): readonly Route[] {
  if (routes.length < 2) return routes
  const seen = new Set<string>()
  return routes.filter((route) => !seen.has(route.id) && seen.add(route.id))
}

function groupConfigs(team: TeamInForce): ReadonlyMap<string, GroupConfig> {
  const configs = new Map<string, GroupConfig>()
  for (const [id, route] of routesById(team.document.root)) {
    configs.set(id, {
      groupWaitMs: route.groupWaitMs,
      groupIntervalMs: route.groupIntervalMs,
      repeatIntervalMs: route.repeatIntervalMs,
      destinations: (team.receivers.get(route.receiver) ?? []).map(({ id, channel, wantsResolved }) => ({
        id,
        wantsResolved,
        wantsMissed: !silentOnMissed.has(channel),
      })),
    })
  }
  return configs
}

function routesById(root: Route): ReadonlyMap<string, Route> {
  const byId = new Map([[root.id, root]])
  for (const child of root.routes) for (const [id, route] of routesById(child)) byId.set(id, route)
  return byId
}
