/** The log lines of a running router: attempts and documents. */
import type { Logger } from 'pino'
import type { Attempted } from './pipeline.ts'
import type { ReloadReport } from './team/loading.ts'
import { formatProblem } from './team/problem.ts'

/** Failures are worth a line each; deliveries are in the history, and in the log for whoever asks for debug. */
export function logAttempt(log: Logger, { claim, receipt, tookMs }: Attempted): void {
  const { notification, destination, attempt } = claim
  const { team, receiver, channel } = destination
  const { outcome, status, detail } = receipt
  const level = outcome === 'delivered' ? 'debug' : 'warn'
  const details = { notification: notification.id, group: notification.groupId, team, receiver, channel, attempt }
  log[level]({ ...details, outcome, status, detail, took_ms: tookMs }, 'attempt ended')
}

export function logLoading(log: Logger, report: ReloadReport): void {
  for (const problem of report.problems) log.error({ problem: formatProblem(problem) }, 'a team document was refused')
  const { accepted, kept, refused, removed } = report
  log.info({ accepted, kept, refused, removed }, 'team documents are in force')
}
