/** Causes in a host that there is not: its figures are pushed through the Pushgateway, as a node-exporter would export them. */
import type { Running } from '../stack/running.ts'
import { ask } from './ask.ts'
import type { Cause } from './cause.ts'

/** `instance` of the host, on every alert about it. */
export const DRILL_HOST = 'drill-host'

const PUSH_EVERY_MS = 1_000
const GIB = 1024 ** 3

type Trouble = 'cpu' | 'memory' | 'disk'

const troubles: Readonly<Record<Trouble, string>> = {
  cpu: 'its processor is 95 % busy',
  memory: '95 % of its memory is in use',
  disk: '5 % of its disk is free',
}

export function drillHost(trouble: Trouble): Cause {
  return {
    key: `host/${trouble}`,
    does: `an invented host ("${DRILL_HOST}", pushed through the Pushgateway) reports that ${troubles[trouble]}`,
    holds: [`host/${trouble}`],
    uses: ['pushgateway'],
    traffic: 'any',
    clear: async (running) => {
      await ask('DELETE', groupUrl(running, trouble))
    },
    begin: async ({ running, say }) => {
      say(`The host "${DRILL_HOST}" does not exist: its figures are invented, and deleted in the end.`)
      const began = Date.now()
      const url = groupUrl(running, trouble)
      const push = () => ask('PUT', url, { text: figures(trouble, (Date.now() - began) / 1_000) })
      await push()
      const pushing = setInterval(() => {
        push().catch((error: unknown) => say(`The host's figures could not be pushed: ${(error as Error).message}`))
      }, PUSH_EVERY_MS)
      return async () => {
        clearInterval(pushing)
        await ask('DELETE', url)
      }
    },
  }
}

/**
 * `service` is what prometheus.yml gives hosts; honor_labels keeps what is pushed. One group of its own per trouble, because
 * deleting one must not delete another.
 */
function groupUrl({ urls }: Running, trouble: Trouble): string {
  return `${urls.pushgateway}/metrics/job/node-exporter/service/node-exporter/instance/${DRILL_HOST}/drill/${trouble}`
}

/** Counters grow with the time. */
function figures(trouble: Trouble, seconds: number): string {
  switch (trouble) {
    case 'cpu':
      return [
        '# TYPE node_cpu_seconds_total counter',
        `node_cpu_seconds_total{cpu="0",mode="idle"} ${(0.05 * seconds).toFixed(3)}`,
        `node_cpu_seconds_total{cpu="0",mode="user"} ${(0.95 * seconds).toFixed(3)}`,
        '',
      ].join('\n')
    case 'memory':
      return `node_memory_MemTotal_bytes ${8 * GIB}\nnode_memory_MemAvailable_bytes ${0.05 * 8 * GIB}\n`
    case 'disk': {
      const labels = '{device="/dev/sda1",fstype="ext4",mountpoint="/"}'
      const sizes = { size: 100, avail: 5, free: 5 }
      return Object.entries(sizes)
        .map(([what, gib]) => `node_filesystem_${what}_bytes${labels} ${gib * GIB}\n`)
        .join('')
    }
  }
}
