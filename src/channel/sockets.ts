/** Agents that open the sockets of outgoing requests: verified TLS, and it is known which sockets can carry a request. */
import * as http from 'node:http'
import * as https from 'node:https'
import type { Duplex } from 'node:stream'

/** With several addresses Node tries the next after 250 ms by default; a distant peer may take longer to accept. */
const NEXT_ADDRESS_AFTER_MS = 1_000

/** Certificates are checked whatever the environment says. Each https agent of ours is opened with these. */
export const TLS_OPTIONS: https.AgentOptions = {
  autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2',
}

/** Sockets that are ready to carry a request: until then not a byte of it has left. */
export type ReadySockets = WeakSet<Duplex>

export function plainAgent(options: http.AgentOptions, ready: ReadySockets): http.Agent {
  const agent = new http.Agent({ autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS, ...options })
  return watchSockets(agent, 'connect', ready)
}

export function tlsAgent(options: https.AgentOptions, ready: ReadySockets): https.Agent {
  return watchSockets(new https.Agent({ ...options, ...TLS_OPTIONS }), 'secureConnect', ready)
}

/** Notes each socket of the agent once `event` says that it is connected, through TLS where there is any. */
export function watchSockets<A extends http.Agent>(agent: A, event: string, ready: ReadySockets): A {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, done) => {
    const socket = create(options, done)
    socket?.once(event, () => ready.add(socket))
    return socket
  }
  return agent
}
