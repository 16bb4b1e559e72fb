/** Plays PagerDuty's Events API v2 over TLS. */
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { isRecord, text } from '../../src/stand-in/json.ts'
import { eventAccepted, eventFault } from '../../src/stand-in/pagerduty-events.ts'
import type { Received } from '../../src/stand-in/stand-in.ts'
import { StandIn } from './stand-in.ts'

/** Takes events for the integrations that these keys belong to. */
export function startPagerDutyStandIn(keys: readonly string[], now: () => number): Promise<StandIn> {
  const fault = (request: Received) => eventFault(request, keys)
  return StandIn.start('PagerDuty', { ok: eventAccepted, toText, fault, certificate: trustedCertificate() }, now)
}

/** `trigger critical: HighErrorRatio…` and the details, a line each. */
function toText(event: unknown): string {
  if (!isRecord(event) || !isRecord(event.payload)) return 'no event'
  const { payload } = event
  const details = isRecord(payload.custom_details) ? Object.entries(payload.custom_details) : []
  return [
    `${text(event.event_action)} ${text(payload.severity)}: ${text(payload.summary)}`,
    ...details.map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  ].join('\n')
}
