/** Brings the team documents of TEAMS_DIR into force: stores what is new, keeps the last good version of what is broken. */
import { basename } from 'node:path'
import type { Database, Tx } from '../db/database.ts'
import type { Store } from '../store.ts'
import { readTeamsDirectory } from './directory.ts'
import type { TeamDocument } from './document.ts'
import { type DocumentProblem, formatProblem } from './problem.ts'
import { planReload, type TeamPlan } from './reload.ts'
import { type DestinationInForce, Routing, type TeamInForce } from './routing.ts'
import { acceptVersion, retireTeam, type TeamVersion, versionsInForce } from './store.ts'

/** What a start or reload did; `problems` name file, line and column. */
export interface ReloadReport {
  readonly accepted: readonly string[]
  readonly kept: readonly string[]
  readonly refused: readonly string[]
  readonly removed: readonly string[]
  readonly problems: readonly DocumentProblem[]
}

/** No catch-all team: nothing may run, or at a reload nothing changes. The message lists every problem. */
export class NoDefaultTeamError extends Error {
  override readonly name = 'NoDefaultTeamError'
}

/** Reads, plans and stores; the routing that results is for the caller to put in force. */
export async function loadTeams(
  { db, store }: { db: Database; store: Store },
  teamsDir: string,
): Promise<{ routing: Routing; report: ReloadReport }> {
  const files = await readTeamsDirectory(teamsDir)
  return db.transaction(async (tx) => {
    const stored = await versionsInForce(tx)
    const plan = planReload(
      files,
      stored.map(({ team, document }) => ({ team, text: document })),
    )
    if (plan.fatal) {
      const list = plan.problems.map((problem) => `\n  ${formatProblem(problem)}`).join('')
      throw new NoDefaultTeamError(
        `There is no valid document for the catch-all team: add default.yml to ${teamsDir}.${list}`,
      )
    }
    const teams = new Map<string, TeamInForce>()
    for (const team of plan.teams) {
      const inForce = await bringIntoForce(tx, store, team, stored)
      if (inForce !== null) teams.set(team.team, inForce)
    }
    const names = (outcome: TeamPlan['outcome']) => plan.teams.flatMap((t) => (t.outcome === outcome ? [t.team] : []))
    const report = {
      accepted: names('accepted'),
      kept: names('kept'),
      refused: names('refused'),
      removed: names('removed'),
      problems: plan.problems,
    }
    return { routing: new Routing(teams), report }
  })
}

async function bringIntoForce(
  tx: Tx,
  store: Store,
  plan: TeamPlan,
  stored: readonly TeamVersion[],
): Promise<TeamInForce | null> {
  if (plan.outcome === 'removed') {
    await retireTeam(tx, plan.team)
    return null
  }
  if (plan.document === null) return null
  const present = stored.find(({ team }) => team === plan.team)
  const versionId =
    plan.outcome === 'accepted'
      ? await acceptVersion(tx, { team: plan.team, document: plan.text, file: basename(plan.file) })
      : present?.id
  if (versionId === undefined) throw new Error(`team ${plan.team} is kept without a stored version`)
  return {
    document: plan.document,
    versionId,
    receivers: await ensureDestinations(tx, store, plan.document, versionId),
  }
}

async function ensureDestinations(
  tx: Tx,
  { outbox }: Store,
  document: TeamDocument,
  versionId: number,
): Promise<Map<string, DestinationInForce[]>> {
  const receivers = new Map<string, DestinationInForce[]>()
  for (const receiver of document.receivers) {
    const destinations: DestinationInForce[] = []
    for (const { channel, reference, secretReference, host, sendResolved } of receiver.destinations) {
      const identity = { team: document.team, receiver: receiver.name, channel, reference, versionId }
      const { id } = await outbox.ensureDestination(tx, identity)
      destinations.push({ id, channel, reference, secretReference, host, wantsResolved: sendResolved })
    }
    receivers.set(receiver.name, destinations)
  }
  return receivers
}
