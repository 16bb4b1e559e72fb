/** prometheus.yml for this machine, and for time that runs faster. */
import { parse, stringify } from 'yaml'
import { isRecord, list } from '../stand-in/json.ts'
import { type Places, placed } from './place.ts'

/** Every second is as often as the shortest windows of scaled rules, 5 s, need. */
const everySecond = { scrape_interval: '1s', evaluation_interval: '1s' }

/** `text` is the shipped file. With a speed above 1 every job is scraped, and every rule evaluated, each second. */
export function prometheusConfig(text: string, places: Places, speed: number): string {
  const config = placed(parse(text), places)
  if (!isRecord(config)) throw new Error('prometheus.yml is no map.')
  const { global, scrape_configs } = config
  if (speed <= 1) return stringify(config)
  return stringify({
    ...config,
    global: { ...withoutTimeout(global), ...everySecond },
    scrape_configs: list(scrape_configs).map((job) => {
      const { scrape_interval: _, ...rest } = withoutTimeout(job)
      return rest
    }),
  })
}

/** A timeout must not be longer than the interval; unsaid, it is no longer. */
function withoutTimeout(settings: unknown): Record<string, unknown> {
  const { scrape_timeout: _, ...rest } = isRecord(settings) ? settings : {}
  return rest
}
