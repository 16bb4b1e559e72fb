/** A stack of which only what a test names is there, and a scene that keeps what was said. */
import type { Running } from '../../src/stack/running.ts'
import type { Scene } from '../../src/trigger/cause.ts'

/** Nobody listens at port 1. */
const nowhere = 'http://127.0.0.1:1'

interface Parts {
  readonly urls: Partial<Running['urls']>
  readonly tokens: Partial<Running['tokens']>
  readonly pids: Running['pids']
  readonly speed: number
}

export function running({ urls = {}, tokens = {}, pids = {}, speed = 300 }: Partial<Parts>): Running {
  return {
    urls: {
      ...{ router: nowhere, modelServer: nowhere, mlApi: nowhere, prometheus: nowhere },
      ...{ alertmanager: nowhere, pushgateway: nowhere, nodeExporter: nowhere, drill: nowhere },
      ...urls,
    },
    tokens: { ingest: null, read: null, admin: null, control: null, ...tokens },
    pids,
    speed,
  }
}

export function scene(parts: Partial<Parts>): Scene & { readonly said: string[]; readonly traffic: { state: string } } {
  const said: string[] = []
  const traffic = {
    state: 'unknown',
    flow: async () => {
      traffic.state = 'flowing'
    },
    hold: async () => {
      traffic.state = 'held'
    },
  }
  return {
    running: running(parts),
    say: (sentence) => said.push(sentence),
    signal: new AbortController().signal,
    seconds: 60,
    traffic,
    said,
  }
}
