/** The log lines of a running router: attempts, circuits and documents. */
import type { Logger } from 'pino'
import { isBroken } from './notification/circuit.ts'
import type { Destination } from './notification/outbox.ts'
import type { Attempted } from './pipeline.ts'
import type { ReloadReport } from './team/loading.ts'
import { formatProblem } from './team/problem.ts'
import type { Routing } from './team/routing.ts'

/** Failures are worth a line each; deliveries are in the history, and in the log for whoever asks for debug. */
export function logAttempt(log: Logger, { claim, receipt, tookMs }: Attempted): void {
  const { notification, destination, attempt } = claim
  const { team, receiver, channel } = destination
  const { outcome, status, detail } = receipt
  const level = outcome === 'delivered' ? 'debug' : 'warn'
  const details = { notification: notification.id, group: notification.groupId, team, receiver, channel, attempt }
  log[level]({ ...details, outcome, status, detail, took_ms: tookMs }, 'attempt ended')
}

/** Told of a destination after each attempt, says once that its circuit opened and once that it closed. */
export function circuitLog(log: Logger): (destination: Destination) => void {
  const broken = new Set<number>()
  return ({ id, team, receiver, channel, failures, notBefore }) => {
    if (isBroken(failures) === broken.has(id)) return
    const details = { destination: id, team, receiver, channel }
    if (broken.delete(id)) return log.info(details, 'circuit closed: the destination takes messages again')
    broken.add(id)
    const pause = notBefore === 0 ? {} : { until: new Date(notBefore).toISOString() }
    log.warn({ ...details, failures, ...pause }, 'circuit opened: one message at a time is tried until it gets through')
  }
}

export function logLoading(log: Logger, report: ReloadReport): void {
  for (const problem of report.problems) log.error({ problem: formatProblem(problem) }, 'a team document was refused')
  const { accepted, kept, refused, removed } = report
  log.info({ accepted, kept, refused, removed }, 'team documents are in force')
}

/** Documents may be written before the mail server is there; what is due by mail waits, and this says for what. */
export function logMailWithoutServer(log: Logger, routing: Routing): void {
  const teams = [...routing.teams].filter(([, { receivers }]) =>
    [...receivers.values()].flat().some(({ channel }) => channel === 'email'),
  )
  if (teams.length === 0) return
  log.warn({ teams: teams.map(([team]) => team) }, 'SMTP_URL is not set: mail of these teams waits until it is')
}
