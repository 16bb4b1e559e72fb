/** The shipped team documents for this machine, and for time that runs faster; and the secrets that they refer to. */
import { parse, stringify } from 'yaml'
import { isRecord, list } from '../stand-in/json.ts'
import { dividedDuration } from './duration.ts'

const atOnce = { group_wait: '0s', group_interval: '1s' }
/** The shortest that the router takes. */
const shortestHeartbeatMs = 10_000

/**
 * `text` is a shipped document. Its incidents go to `pagerDutyUrl`. With a speed above 1 groups wait for at most a second,
 * and heartbeats are missed that much sooner.
 */
export function teamDocument(text: string, pagerDutyUrl: string, speed: number): string {
  const document: unknown = parse(text)
  if (!isRecord(document)) throw new Error('A team document is a map.')
  const receivers = list(document.receivers).map((receiver) => withPagerDuty(receiver, pagerDutyUrl))
  const faster = speed <= 1 ? {} : { route: fasterRoute(document.route, true), ...fasterHeartbeats(document, speed) }
  return stringify({ ...document, receivers, ...faster })
}

/** The names after `file:` in a document, such as `slack-url`. */
export function secretNames(text: string): string[] {
  const names = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith('file:')) names.add(value.slice('file:'.length))
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) look(item)
  }
  look(parse(text))
  return [...names]
}

function withPagerDuty(receiver: unknown, url: string): unknown {
  if (!isRecord(receiver) || receiver.pagerduty_configs === undefined) return receiver
  const configs = list(receiver.pagerduty_configs).map((config) => (isRecord(config) ? { ...config, url } : config))
  return { ...receiver, pagerduty_configs: configs }
}

/** A route below inherits what it does not say, so only the root needs both. */
function fasterRoute(route: unknown, isRoot: boolean): unknown {
  if (!isRecord(route)) return route
  const said = Object.entries(atOnce).filter(([key]) => isRoot || route[key] !== undefined)
  const routes = list(route.routes).map((child) => fasterRoute(child, false))
  return { ...route, ...Object.fromEntries(said), ...(route.routes === undefined ? {} : { routes }) }
}

function fasterHeartbeats({ heartbeats }: Record<string, unknown>, speed: number) {
  if (heartbeats === undefined) return {}
  const faster = list(heartbeats).map((heartbeat) => {
    if (!isRecord(heartbeat)) return heartbeat
    return { ...heartbeat, every: dividedDuration(String(heartbeat.every), speed, shortestHeartbeatMs) }
  })
  return { heartbeats: faster }
}
