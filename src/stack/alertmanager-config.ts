/** alertmanager.yml for this machine, and for time that runs faster. */
import { parse, stringify } from 'yaml'
import { isRecord, list } from '../stand-in/json.ts'
import { dividedDuration } from './duration.ts'
import { type Places, placed } from './place.ts'

const atOnce = { group_wait: '0s', group_interval: '1s' }
/** Alertmanager looks at a group once per group_interval. */
const shortestRepeatMs = 1_000

/**
 * `text` is the shipped file. With a speed above 1 nothing waits longer than a second, and the Watchdog is repeated
 * that much more often. Other repeats stay: they are for people who missed something, and nobody does in these minutes.
 */
export function alertmanagerConfig(text: string, places: Places, speed: number): string {
  const config = placed(parse(text), places)
  if (!isRecord(config)) throw new Error('alertmanager.yml is no map.')
  return stringify(speed <= 1 ? config : { ...config, route: fasterRoute(config.route, speed) })
}

function fasterRoute(route: unknown, speed: number): Record<string, unknown> {
  if (!isRecord(route)) throw new Error('alertmanager.yml has a route that is no map.')
  const { routes, repeat_interval: repeat } = route
  return {
    ...route,
    ...atOnce,
    ...(isForWatchdog(route) ? { repeat_interval: dividedDuration(String(repeat), speed, shortestRepeatMs) } : {}),
    ...(routes === undefined ? {} : { routes: list(routes).map((child) => fasterRoute(child, speed)) }),
  }
}

function isForWatchdog({ matchers, repeat_interval }: Record<string, unknown>): boolean {
  return repeat_interval !== undefined && list(matchers).some((matcher) => String(matcher).includes('Watchdog'))
}
