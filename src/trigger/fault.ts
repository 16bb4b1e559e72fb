/** Causes in the model servers: faults, switched on and off through their /control. */
import { type FaultName, faults, MOST_SECONDS, type ServerName } from '../model-server/fault/faults.ts'
import type { Running } from '../stack/running.ts'
import { type Cause, type Part, TriggerError } from './cause.ts'

const urlNames = { iris: 'modelServer', churn: 'mlApi' } as const satisfies Record<ServerName, keyof Running['urls']>

/** These are felt by everything that the server does. */
const wholeServer: readonly FaultName[] = ['silence', 'unload']

export function fault(server: ServerName, name: FaultName, amount: number): Cause {
  const { does, amount: unit } = faults[name]
  return {
    key: `${server}/${name}=${amount}`,
    does: `the ${server} server ${does}${unit === 'always 1' ? '' : ` (${amount}: ${unit})`}`,
    holds: [partOf(server, name)],
    uses: [urlNames[server]],
    traffic: 'flowing',
    begin: async ({ running, seconds }) => {
      const url = running.urls[urlNames[server]]
      const ask = (method: 'POST' | 'DELETE', body?: unknown) =>
        control(url, name, running.tokens.control, method, body)
      await ask('POST', { amount, seconds: Math.min(MOST_SECONDS, Math.ceil(seconds)) })
      return () => ask('DELETE')
    },
  }
}

function partOf(server: ServerName, name: FaultName): Part {
  if (wholeServer.includes(name)) return server
  // Both are waits, and together they are neither.
  return `${server}/${name === 'stalls' ? 'latency' : name}`
}

async function control(
  url: string,
  name: FaultName,
  token: string | null,
  method: 'POST' | 'DELETE',
  body?: unknown,
): Promise<void> {
  const headers: Record<string, string> = {}
  if (token !== null) headers.authorization = `Bearer ${token}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(`${url}/control/${name}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  if (response.ok) return
  const hint = { 404: ' Start it with FAULT_CONTROLS=on.', 403: ' Set CONTROL_TOKEN to the one it was started with.' }
  const answer = await response.text()
  throw new TriggerError(
    `${method} ${url}/control/${name} was answered ${response.status}: ${answer}${hint[response.status as 404 | 403] ?? ''}`,
  )
}
