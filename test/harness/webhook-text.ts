/** The generic webhook's body (Alertmanager v4 plus `alertrouter`) as a few lines a person can read. */
import { isRecord, list, text } from '../../src/stand-in/json.ts'

const mostAlerts = 10

/** First the reason, status and group, then one line per alert; common labels are not repeated on each. */
export function webhookText(payload: unknown): string {
  if (!isRecord(payload)) return '[not a webhook body]'
  const ours = isRecord(payload.alertrouter) ? payload.alertrouter : {}
  const alerts = list(payload.alerts).filter(isRecord)
  const head = [text(ours.reason), text(payload.status), labelText(payload.groupLabels)].filter((part) => part !== '')
  const common = isRecord(payload.commonLabels) ? payload.commonLabels : {}
  const rest = alerts.length - mostAlerts
  return [
    head.join(' · '),
    ...alerts.slice(0, mostAlerts).map((alert) => alertText(alert, common)),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    ...(ours.possibleRepeat === true ? ['possible repeat'] : []),
  ].join('\n')
}

function alertText(alert: Readonly<Record<string, unknown>>, common: Readonly<Record<string, unknown>>): string {
  const labels = isRecord(alert.labels) ? alert.labels : {}
  const own = Object.fromEntries(
    Object.entries(labels).filter(([name]) => name !== 'alertname' && !Object.hasOwn(common, name)),
  )
  return [text(alert.status), text(labels.alertname), labelText(own)].filter((part) => part !== '').join(' ')
}

function labelText(labels: unknown): string {
  if (!isRecord(labels)) return ''
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
}
