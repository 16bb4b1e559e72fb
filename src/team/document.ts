/** A team's routing document: YAML text in, the compiled document or everything that is wrong with it out. */
import type { Matcher } from '../route/matcher.ts'
import type { Route } from '../route/route.ts'
import type { UsedVariable } from './destinations.ts'
import { type Heartbeat, readHeartbeats } from './heartbeats.ts'
import { isTeamName, teamOfFile, validTeamName } from './name.ts'
import { type OwnedValue, readOwns } from './owns.ts'
import { type DocumentProblem, ProblemList, quoted } from './problem.ts'
import { type KnownKeys, readMap, readText, requireEntry } from './reading.ts'
import { type Receiver, readReceivers } from './receivers.ts'
import { readRoute } from './routes.ts'
import { type AdminNames, noAdminNames } from './secrets.ts'
import { readYaml, type YamlMap } from './yaml-tree.ts'

export interface TeamDocument {
  readonly team: string
  /** Any of these gives an alert without a `team` label to this team. Only `=`, and `=~` with literals between `|`. */
  readonly owns: readonly Matcher[]
  readonly receivers: readonly Receiver[]
  readonly root: Route
  /** Alerts that have to keep coming; they are not routed. */
  readonly heartbeats: readonly Heartbeat[]
}

/** What a document takes for its team alone, to be compared with what other teams take (claims.ts). */
export interface Claims {
  readonly team: string
  readonly file: string
  readonly owns: readonly OwnedValue[]
  readonly variables: readonly UsedVariable[]
}

export type ParsedTeamDocument =
  | { readonly ok: true; readonly document: TeamDocument; readonly claims: Claims }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] }

const teamKeys: KnownKeys = {
  of: 'a team document',
  keys: ['team', 'owns', 'receivers', 'route', 'heartbeats'],
  refused: new Map([
    ['global', ['"global" is not supported', 'remove it; every document stands for itself']],
    ['templates', ['"templates" is not supported', 'remove it; messages have one layout']],
    ['inhibit_rules', ['"inhibit_rules" is not supported', 'remove it; inhibit in Alertmanager']],
    ['time_intervals', ['"time_intervals" is not supported', 'remove it; nothing is muted by time yet']],
    ['mute_time_intervals', ['"mute_time_intervals" is not supported', 'remove it; nothing is muted by time yet']],
  ]),
}

/**
 * Reads a document of at most 1 MiB. `file` is what problems show, and its last part has to be `<team>.yml` or `.yaml`.
 * Never throws for what the text holds; problems come in order of position, all at once. What needs the other teams'
 * documents is checked by `checkClaims`. Whether secrets exist is not checked: they are read when a message is sent.
 */
export function parseTeamDocument(
  text: string,
  file: string,
  adminNames: AdminNames = noAdminNames,
): ParsedTeamDocument {
  const problems = new ProblemList(file, text)
  const parsed = readDocument(text, file, adminNames, problems)
  if (parsed !== undefined && problems.count === 0) return { ok: true, ...parsed }
  return { ok: false, problems: problems.list() }
}

function readDocument(text: string, file: string, adminNames: AdminNames, problems: ProblemList) {
  const root = readYaml(text, problems)
  if (root === null) return undefined
  const entries = readMap(root, teamKeys, problems)
  if (entries === undefined || root.kind !== 'map') return undefined
  const team = readTeam(root, file, problems)
  const ownsNode = entries.get('owns')?.value
  const { owns, values } = ownsNode ? readOwns(ownsNode, problems) : { owns: [], values: [] }
  const variables: UsedVariable[] = []
  const receiversNode = requireEntry(root, 'receivers', 'the document', 'add receivers: and a list of them', problems)
  const received = receiversNode && readReceivers(receiversNode, { team, adminNames, used: variables }, problems)
  const routeNode = requireEntry(root, 'route', 'the document', 'add route: with a receiver', problems)
  const route = routeNode && readRoute(routeNode, received?.names, problems)
  const heartbeatsNode = entries.get('heartbeats')?.value
  const heartbeats = heartbeatsNode ? readHeartbeats(heartbeatsNode, received?.names, problems) : []
  if (received === undefined || route === undefined) return undefined
  const document: TeamDocument = { team, owns, receivers: received.receivers, root: route, heartbeats }
  return { document, claims: { team, file, owns: values, variables } }
}

/** The file's team rather than the one written: it is the file that others review and that may use its secrets. */
function readTeam(root: YamlMap, file: string, problems: ProblemList): string {
  const fileTeam = teamOfFile(file)
  const node = requireEntry(root, 'team', 'the document', `add team: ${fileTeam ?? 'name'}`, problems)
  const written = node && readText(node, 'team', 'the name of the team', problems)
  if (node !== undefined && written !== undefined) {
    if (!isTeamName(written)) {
      problems.add(node.start, `the team name ${quoted(written)}`, `write ${validTeamName}`)
    } else if (written !== fileTeam) {
      problems.add(node.start, `the file of team ${quoted(written)} is not named after it`, `name it ${written}.yml`)
    }
  }
  if (fileTeam === null && (written === undefined || !isTeamName(written))) {
    problems.add(root.start, 'the file is not named after a team', `name it <team>.yml: ${validTeamName}`)
  }
  return fileTeam ?? written ?? 'team'
}
