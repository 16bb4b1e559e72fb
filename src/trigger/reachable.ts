/** Whether what a drill needs answers, before anything is begun. */
import { urlVariables } from '../stack/read-running.ts'
import type { Running } from '../stack/running.ts'
import { type Cause, TriggerError } from './cause.ts'

type Name = keyof Running['urls']

const programs: Readonly<Record<Name, { readonly name: string; readonly path: string }>> = {
  router: { name: 'The router', path: '/healthz' },
  modelServer: { name: 'The iris server', path: '/health' },
  mlApi: { name: 'The churn server', path: '/health' },
  prometheus: { name: 'Prometheus', path: '/-/ready' },
  alertmanager: { name: 'Alertmanager', path: '/-/ready' },
  pushgateway: { name: 'The Pushgateway', path: '/-/ready' },
  nodeExporter: { name: 'node-exporter', path: '/' },
  drill: { name: 'The drill', path: '/' },
}

const always: readonly Name[] = ['prometheus', 'alertmanager', 'router']
const forTraffic: readonly Name[] = ['modelServer', 'mlApi']

/** Throws a TriggerError that names everything that does not answer. */
export async function checkReachable({ urls }: Running, causes: readonly Cause[]): Promise<void> {
  const needed = new Set<Name>([
    ...always,
    ...causes.flatMap(({ uses, traffic }) => (traffic === 'any' ? uses : [...uses, ...forTraffic])),
  ])
  const missing = await Promise.all([...needed].map(async (name) => ((await answers(name, urls)) ? [] : [name])))
  const absent = missing.flat()
  if (absent.length === 0) return
  const lines = absent.map((name) => `${programs[name].name} does not answer at ${urls[name]} (${urlVariables[name]}).`)
  throw new TriggerError(
    `${lines.join('\n')}\nStart everything with npm run stack -- --speed 300, in another terminal.`,
  )
}

/** Any answer will do: what is wrong with it is told by whoever asks more. */
async function answers(name: Name, urls: Running['urls']): Promise<boolean> {
  try {
    await fetch(urls[name] + programs[name].path, { signal: AbortSignal.timeout(5_000) })
    return true
  } catch {
    return false
  }
}
