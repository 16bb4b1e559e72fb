/** Causes in the model servers: faults, switched on and off through their /control. */
import { type FaultName, faults, MOST_SECONDS, type ServerName } from '../model-server/fault/faults.ts'
import type { Running } from '../stack/running.ts'
import { ask } from './ask.ts'
import type { Cause, Part } from './cause.ts'

/** By the status of a server that does not take them. */
const hints = { 403: 'Set CONTROL_TOKEN to the one it was started with.', 404: 'Start it with FAULT_CONTROLS=on.' }

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
      const url = `${running.urls[urlNames[server]]}/control/${name}`
      const token = running.tokens.control
      await ask('POST', url, { token, hints, json: { amount, seconds: Math.min(MOST_SECONDS, Math.ceil(seconds)) } })
      return async () => {
        await ask('DELETE', url, { token, hints })
      }
    },
  }
}

function partOf(server: ServerName, name: FaultName): Part {
  if (wholeServer.includes(name)) return server
  // Both are waits, and together they are neither.
  return `${server}/${name === 'stalls' ? 'latency' : name}`
}
